//! Credentials of kind `oauth2`: a token is got once for all requests, again where it is refused, and never seen by the sink; and what
//! becomes of a batch when there is none.
//!
//! Double: a token endpoint and the API behind it, one server. Oracles: what that server was asked, and the words of each failure.

use std::{
    collections::BTreeMap,
    future::pending,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use ampline::{
    destination::grants::{ClientAuth, CredentialBinding, CredentialKind, DestinationGrants, Origin, TokenClient},
    network::AddressPolicy,
    secrets::{NamedCredential, Secret},
    sink::{
        Destination, SinkInstance, Sinks,
        wasm::{HostOptions, HttpOptions, WasmSinks},
    },
};
use ampline_core::outcome::{Failure, FailureClass};
use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::json;
use tokio::net::TcpListener;

use crate::fakes::{One, batch, failure, options, told};

const SECRET: &str = "client-secret-canary-2305";
const TOKEN: &str = "access-token-canary-";

/// Both sides of one login: the endpoint numbers its tokens, and the API takes those from `least` on.
struct Login {
    base: String,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    tokens: AtomicUsize,
    requests: AtomicUsize,
    least: AtomicUsize,
}

impl Login {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let seen = Arc::<Seen>::default();
        let app = Router::new().fallback(answer).with_state(seen.clone());
        tokio::spawn(async { axum::serve(listener, app).await });
        Self { base, seen }
    }

    /// How often a token and how often the API was asked for, since the last time.
    fn counts(&self) -> (usize, usize) {
        (self.seen.tokens.swap(0, Ordering::SeqCst), self.seen.requests.swap(0, Ordering::SeqCst))
    }

    /// The misbehaving sink, installed, with a credential `api` whose tokens come from this path.
    async fn sink(&self, path: &str, http: HttpOptions) -> (Arc<WasmSinks>, DestinationGrants) {
        let binding = CredentialBinding {
            kind: CredentialKind::OAuth2,
            origins: vec![Origin::parse(&self.base).unwrap()],
            username: None,
            header: None,
            prefix: None,
            oauth2: Some(TokenClient {
                token_url: format!("{}{path}", self.base),
                client_id: "machine".to_owned(),
                scopes: vec!["events.write".to_owned()],
                audience: None,
                client_auth: ClientAuth::Basic,
            }),
        };
        let credential = NamedCredential::new(&binding, &Secret::new(SECRET)).unwrap();
        let options = HostOptions { secrets: Arc::new(One(Arc::new(credential))), http, ..options() };
        let sinks = WasmSinks::load(options, &[]).await.unwrap();
        let admitted = sinks.admit(ampline_tests::guests::MISBEHAVING).await.unwrap_or_else(|problems| panic!("{problems:?}"));
        sinks.install(admitted);
        let credentials = BTreeMap::from([("api".to_owned(), binding)]);
        (sinks, DestinationGrants { credentials, ..DestinationGrants::default() })
    }

    async fn open(&self, (sinks, grants): &(Arc<WasmSinks>, DestinationGrants), path: &str) -> Box<dyn SinkInstance> {
        let config = json!({ "behaviour": "slow-host", "url": format!("{}{path}", self.base), "credential": "api" });
        let (id, name, kind, grants) = ("dest-1".to_owned(), "crm".to_owned(), "misbehaving".to_owned(), grants.clone());
        sinks.open(&Arc::new(Destination { id, name, kind, config, grants })).await.unwrap()
    }

    /// What becomes of a message whose credential has its tokens from this path.
    async fn fails(&self, path: &str, http: HttpOptions) -> Failure {
        let sink = self.sink(path, http).await;
        failure(&self.open(&sink, "/api").await.deliver(batch(3)).await)
    }
}

async fn answer(State(seen): State<Arc<Seen>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let given = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    if uri.path().starts_with("/api") {
        seen.requests.fetch_add(1, Ordering::SeqCst);
        let number = given.strip_prefix("Bearer ").and_then(|token| token.strip_prefix(TOKEN)?.parse::<usize>().ok());
        let serves = number.is_some_and(|number| number >= seen.least.load(Ordering::SeqCst)) && uri.path() == "/api";
        let status = if serves { StatusCode::OK } else { StatusCode::UNAUTHORIZED };
        return (status, format!("you said {given}")).into_response();
    }
    let number = seen.tokens.fetch_add(1, Ordering::SeqCst);
    let pair = BASE64_STANDARD.encode(format!("machine:{SECRET}"));
    assert_eq!(
        (given.as_str(), &body[..]),
        (&*format!("Basic {pair}"), &b"grant_type=client_credentials&scope=events.write"[..])
    );
    let json = |status: StatusCode, body: serde_json::Value| (status, axum::Json(body)).into_response();
    match uri.path() {
        "/token" => json(
            StatusCode::OK,
            json!({ "access_token": format!("{TOKEN}{number}"), "token_type": "Bearer", "expires_in": 3600 }),
        ),
        "/refuses" => json(
            StatusCode::UNAUTHORIZED,
            json!({ "error": "invalid_client", "error_description": format!("{SECRET} is wrong, {pair}") }),
        ),
        "/scope" => json(StatusCode::BAD_REQUEST, json!({ "error": "invalid_scope" })),
        "/busy" => (StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "7")], "come again").into_response(),
        "/odd" => (StatusCode::OK, "<html>a login page</html>").into_response(),
        "/moved" => (StatusCode::FOUND, [(header::LOCATION, "/token")]).into_response(),
        _ => pending().await,
    }
}

fn anywhere() -> HttpOptions {
    HttpOptions { addresses: AddressPolicy::Anywhere, ..HttpOptions::default() }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_token_serves_all_until_it_is_refused() {
    let login = Login::start().await;
    let sink = login.sink("/token", anywhere()).await;
    let (mut one, mut other) = (login.open(&sink, "/api").await, login.open(&sink, "/api").await);
    let (of_one, of_other) = tokio::join!(one.deliver(batch(20)), other.deliver(batch(20)));
    assert!(told(&of_one).starts_with("delivered") && told(&of_other).starts_with("delivered"), "{}", told(&of_one));
    assert_eq!(login.counts(), (1, 40), "two instances, one token");

    // The API lets go of the first token: the request that meets it goes out once more, and all others with the next one.
    login.seen.tokens.store(100, Ordering::SeqCst);
    login.seen.least.store(1, Ordering::SeqCst);
    let report = one.deliver(batch(20)).await;
    assert!(told(&report).starts_with("delivered"), "{}", told(&report));
    let (tokens, requests) = login.counts();
    // As many meet the refusal as went out before the first of them had come back.
    assert!(tokens == 101 && (21..=40).contains(&requests), "{tokens} and {requests}");

    // Where the next one is refused too, that is told as it was answered, without the token, and no third one is asked for.
    let report = login.open(&sink, "/api-of-others").await.deliver(batch(5)).await;
    let told = told(&report);
    assert!(told.starts_with("http.401") && told.contains("you said Bearer [secret]") && !told.contains(TOKEN), "{told}");
    let (tokens, requests) = login.counts();
    assert!(tokens == 1 && (6..=10).contains(&requests), "{tokens} and {requests}");
    login.open(&sink, "/api-of-others").await.deliver(batch(5)).await;
    assert_eq!(login.counts(), (0, 5));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_token_nothing_is_sent_and_the_reason_says_what_helps() {
    let login = Login::start().await;
    let rebind = format!(
        "bind another with `ampline destinations credentials set crm api --origin {0} --kind oauth2 --token-url {0}/refuses --client-id machine \
         --scope events.write`, or repair the client there and enable the destination",
        login.base
    );
    for (path, class, code, words) in [
        ("/refuses", FailureClass::Blocked, "grant.token", "answered 401: invalid_client: [secret] is wrong, [secret]"),
        ("/refuses", FailureClass::Blocked, "grant.token", rebind.as_str()),
        ("/scope", FailureClass::Blocked, "grant.token", "answered 400: invalid_scope"),
        ("/busy", FailureClass::Throttled, "http.token", "answered 503"),
        ("/odd", FailureClass::Transient, "http.token", "is not a JSON object"),
        ("/moved", FailureClass::Transient, "http.token", "answered 302"),
    ] {
        let failure = login.fails(path, anywhere()).await;
        assert_eq!((failure.class, failure.code.as_str()), (class, code), "{path}: {}", failure.message);
        assert!(failure.message.contains("no token for the credential \"api\" from http://127.0.0.1:"), "{}", failure.message);
        assert!(failure.message.contains(words) && !failure.message.contains(SECRET), "{path}: {}", failure.message);
        assert!(!failure.maybe_applied || class != FailureClass::Blocked);
        assert_eq!(login.counts(), (1, 0), "three messages wait for one answer, and none goes out");
    }
    let wait = login.fails("/busy", anywhere()).await.retry_after.unwrap();
    assert!(wait > Duration::from_secs(5) && wait <= Duration::from_secs(7), "{wait:?}");

    // Within the time of the request that it is for.
    let hurried = HttpOptions { timeout: Duration::from_millis(300), ..anywhere() };
    let late = login.fails("/hangs", hurried).await;
    assert_eq!((late.class, late.code.as_str()), (FailureClass::Transient, "http.token"));
    assert!(late.message.contains("none came within 300 ms"), "{}", late.message);

    // Under the same policy as every request; what it refuses is a person's to allow.
    login.counts();
    let refused = login.fails("/token", HttpOptions::default()).await;
    assert_eq!((refused.class, refused.code.as_str()), (FailureClass::Blocked, "http.address"));
    assert!(
        refused.message.contains("is loopback and not allowed") && refused.message.contains("`allow`"),
        "{}",
        refused.message
    );
    assert_eq!(login.counts(), (0, 0));
}
