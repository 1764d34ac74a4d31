//! Access tokens that the runtime gets by a client's own credentials: one request for all who wait, kept until shortly before their
//! end, and got anew where the other side refuses one.
//!
//! This room asks nobody: whoever holds a way to the token endpoint lends it.

use std::{
    fmt,
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use ampline_core::{
    oauth::{Client, Lifetime, TokenAnswer, TokenError, TokenGrant, token_request},
    provider::{Grant, OAuth2},
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, header::AUTHORIZATION};
use jiff::Timestamp;
use tokio::{sync::Mutex, time::Instant};

use super::{Redaction, Secret, redaction::forms};
use crate::{
    clock,
    destination::grants::{ClientAuth, TokenClient},
};

/// How long a token endpoint is left alone after it gave none, unless it says so itself.
const REST: Duration = Duration::from_secs(2);
/// The longest that it is left alone because it asks for that.
const REST_MAX: Duration = Duration::from_secs(300);
/// How long a token that came of a refusal, and is refused itself, is not replaced: the other side refuses for another reason.
const PROOF_MAX: Duration = Duration::from_secs(30);
/// Tokens that are kept out of what others say: the one in use, and one before that may still be on its way.
const SHOWN_MAX: usize = 2;

/// Where the tokens of one credential come from.
pub(crate) struct TokenSource {
    oauth2: OAuth2,
    client_id: String,
    client_secret: Secret,
    held: Mutex<Held>,
    /// The forms of each of the last tokens.
    shown: RwLock<Vec<Vec<Secret>>>,
}

#[derive(Default)]
struct Held {
    token: Option<Arc<AccessToken>>,
    trouble: Option<Trouble>,
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenSource").field("token_url", &self.token_url()).finish_non_exhaustive()
    }
}

/// A request that gave no token.
struct Trouble {
    ended: Instant,
    until: Instant,
    error: TokenError,
}

/// A token on its way into requests.
pub(crate) struct AccessToken {
    value: HeaderValue,
    /// The token itself, in its forms.
    pub(crate) redaction: Redaction,
    lifetime: Option<Lifetime>,
    chance: f64,
    came: Instant,
    came_of_refusal: bool,
    proven: AtomicBool,
}

impl AccessToken {
    /// Adds it to a request.
    pub(crate) fn apply(&self, headers: &mut HeaderMap) {
        headers.insert(AUTHORIZATION, self.value.clone());
    }

    /// The other side took it.
    pub(crate) fn was_accepted(&self) {
        self.proven.store(true, Ordering::Relaxed);
    }

    fn serves(&self, now: Timestamp) -> bool {
        self.lifetime.is_none_or(|lifetime| !lifetime.is_due(now, self.chance))
    }

    /// Whether another one may serve where this one is refused.
    fn is_worth_replacing(&self) -> bool {
        !self.came_of_refusal || self.proven.load(Ordering::Relaxed) || self.came.elapsed() >= PROOF_MAX
    }
}

impl TokenSource {
    /// Of a client, and its secret.
    pub(super) fn new(client: &TokenClient, secret: &Secret) -> Self {
        let oauth2 = OAuth2 {
            grant: Grant::ClientCredentials,
            auth_url: String::new(),
            token_url: client.token_url.clone(),
            scopes: client.scopes.clone(),
            scope_separator: " ".to_owned(),
            auth_url_params: Default::default(),
            token_params: client.audience.iter().map(|audience| ("audience".to_owned(), audience.clone())).collect(),
            client_auth_basic: client.client_auth == ClientAuth::Basic,
            workspace_field: None,
        };
        let (client_id, client_secret) = (client.client_id.clone(), secret.clone());
        Self { oauth2, client_id, client_secret, held: Mutex::default(), shown: RwLock::default() }
    }

    /// What a token is asked for with; or why there is no such request.
    pub(super) fn request(&self) -> Result<Request<Bytes>, String> {
        let client = Client { id: &self.client_id, secret: Some(self.client_secret.reveal()) };
        token_request(&self.oauth2, &self.oauth2.token_url, client, TokenGrant::ClientCredentials { scopes: &[] })
    }

    /// Where tokens are given.
    pub(crate) fn token_url(&self) -> &str {
        &self.oauth2.token_url
    }

    /// The tokens that must be taken out of what others say.
    pub(super) fn shown(&self) -> Vec<Secret> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).iter().flatten().cloned().collect()
    }

    /// A token that serves now. `refused` is one that the other side did not take: it comes back where no other would help.
    ///
    /// `ask` sends a request to the token endpoint, and takes the secrets beside it out of what that says.
    pub(crate) async fn token(
        &self,
        refused: Option<&Arc<AccessToken>>,
        now: Timestamp,
        ask: impl AsyncFnOnce(Request<Bytes>, Vec<Secret>) -> Result<TokenAnswer, TokenError>,
    ) -> Result<Arc<AccessToken>, TokenError> {
        let came = Instant::now();
        let mut held = self.held.lock().await;
        if let Some(token) = &held.token {
            let is_refused = refused.is_some_and(|refused| Arc::ptr_eq(refused, token));
            let stays = if is_refused { !token.is_worth_replacing() } else { token.serves(now) };
            if stays {
                return Ok(token.clone());
            }
        }
        if let Some(trouble) = held.trouble.as_ref().filter(|trouble| trouble.ended >= came || Instant::now() < trouble.until) {
            return Err(trouble.error_now());
        }
        let request = self.request().map_err(TokenError::transient)?;
        let basic = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok()?.split_once(' '));
        let secrets: Vec<Secret> =
            [self.client_secret.clone()].into_iter().chain(basic.map(|(_, pair)| Secret::new(pair))).collect();
        match ask(request, secrets).await {
            Ok(answer) => {
                let token = Arc::new(self.taken(answer, now, refused.is_some()));
                *held = Held { token: Some(token.clone()), trouble: None };
                Ok(token)
            }
            Err(error) => {
                let ended = Instant::now();
                let until = ended + error.retry_after.unwrap_or(REST).clamp(REST, REST_MAX);
                held.trouble = Some(Trouble { ended, until, error: error.clone() });
                Err(error)
            }
        }
    }

    /// Its secret forms are known before anybody can send it.
    fn taken(&self, answer: TokenAnswer, now: Timestamp, came_of_refusal: bool) -> AccessToken {
        let secret = Secret::new(answer.access_token);
        let forms = forms(&secret);
        let mut shown = self.shown.write().unwrap_or_else(PoisonError::into_inner);
        shown.insert(0, forms.clone());
        shown.truncate(SHOWN_MAX);
        // Visible ASCII, or `token_answer` had refused it.
        let value = HeaderValue::from_str(&format!("Bearer {}", secret.reveal()));
        let mut value = value.unwrap_or(HeaderValue::from_static(""));
        value.set_sensitive(true);
        AccessToken {
            value,
            redaction: forms.into_iter().collect(),
            lifetime: answer.expires_in.map(|life| Lifetime::new(now, life)),
            chance: clock::chance(),
            came: Instant::now(),
            came_of_refusal,
            proven: AtomicBool::new(false),
        }
    }
}

impl Trouble {
    /// What went wrong, with how long to wait from now on.
    fn error_now(&self) -> TokenError {
        let left = self.until.saturating_duration_since(Instant::now());
        TokenError { retry_after: self.error.retry_after.map(|asked| asked.min(left)), ..self.error.clone() }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use ampline_core::oauth::TokenErrorClass;

    use super::*;

    fn source() -> TokenSource {
        let client = TokenClient {
            token_url: "https://login.example.com/token".to_owned(),
            client_id: "ampline".to_owned(),
            scopes: vec!["read".to_owned(), "write".to_owned()],
            audience: Some("https://api.example.com".to_owned()),
            client_auth: ClientAuth::Post,
        };
        TokenSource::new(&client, &Secret::new("client-secret"))
    }

    fn answer(number: usize, life_s: u64) -> TokenAnswer {
        TokenAnswer {
            access_token: format!("token-{number}"),
            refresh_token: None,
            expires_in: Some(Duration::from_secs(life_s)),
            scope: None,
            workspace: None,
        }
    }

    /// The token that is had, where a server numbers its tokens.
    async fn had(source: &TokenSource, asked: &AtomicUsize, refused: Option<&Arc<AccessToken>>, now: &str) -> Arc<AccessToken> {
        let ask = async |_: Request<Bytes>, _: Vec<Secret>| {
            tokio::time::sleep(Duration::from_millis(100)).await;
            Ok(answer(asked.fetch_add(1, Ordering::SeqCst), 600))
        };
        source.token(refused, now.parse().unwrap(), ask).await.unwrap()
    }

    fn text(token: &Arc<AccessToken>) -> &str {
        token.value.to_str().unwrap()
    }

    /// The token in use, as if it had come long ago. All others give their copies of it away.
    async fn aged(source: &TokenSource, token: Arc<AccessToken>, copy: Arc<AccessToken>) -> Arc<AccessToken> {
        let mut held = source.held.lock().await;
        drop((token, copy));
        let token = held.token.take().and_then(Arc::into_inner).expect("nobody else has it");
        let came = Instant::now().checked_sub(PROOF_MAX).expect("the machine runs for longer");
        held.token = Some(Arc::new(AccessToken { came, ..token }));
        held.token.clone().unwrap()
    }

    /// As if the time to leave the endpoint alone were over, or would last.
    async fn rests(source: &TokenSource, rest: Duration) {
        source.held.lock().await.trouble.as_mut().expect("a failure").until = Instant::now() + rest;
    }

    #[tokio::test]
    async fn one_request_serves_all_until_shortly_before_the_end() {
        let (source, asked) = (source(), AtomicUsize::new(0));
        let at = "2026-01-01T00:00:00Z";
        let all = futures_util::future::join_all((0..20).map(|_| had(&source, &asked, None, at))).await;
        assert!(all.iter().all(|token| text(token) == "Bearer token-0") && all.len() == 20);
        for (now, expected) in [
            ("2026-01-01T00:07:59Z", "Bearer token-0"),
            // It holds for ten minutes, and for the last two of them it is not given out any more.
            ("2026-01-01T00:08:31Z", "Bearer token-1"),
            ("2026-01-01T00:08:40Z", "Bearer token-1"),
        ] {
            assert_eq!(text(&had(&source, &asked, None, now).await), expected, "{now}");
        }
        let shown = source.shown();
        assert!(["token-0", "token-1"].iter().all(|one| shown.contains(&Secret::new(*one))), "both may be on their way");
    }

    #[tokio::test]
    async fn a_refused_token_is_replaced_once_for_all_whom_it_was_refused() {
        let (source, asked) = (source(), AtomicUsize::new(0));
        let at = "2026-01-01T00:00:00Z";
        let first = had(&source, &asked, None, at).await;
        let again = futures_util::future::join_all((0..5).map(|_| had(&source, &asked, Some(&first), at))).await;
        assert!(again.iter().all(|token| text(token) == "Bearer token-1"));
        let second = again[0].clone();
        let same = had(&source, &asked, Some(&second), at).await;
        assert!(Arc::ptr_eq(&same, &second), "it is refused for another reason than its age");
        second.was_accepted();
        let third = had(&source, &asked, Some(&second), at).await;
        assert_eq!(text(&third), "Bearer token-2");
        let unproven = had(&source, &asked, Some(&third), at).await;
        assert!(Arc::ptr_eq(&unproven, &third));
        drop((second, same, again));
        let third = aged(&source, third, unproven).await;
        assert_eq!(text(&had(&source, &asked, Some(&third), at).await), "Bearer token-3", "a person may have acted");
    }

    #[tokio::test]
    async fn a_failure_is_everybodys_and_rests_as_long_as_it_asks() {
        let (source, asked) = (source(), AtomicUsize::new(0));
        let now = Timestamp::UNIX_EPOCH;
        let fails = async |retry_after: Option<Duration>| {
            let ask = async |_: Request<Bytes>, _: Vec<Secret>| {
                tokio::time::sleep(Duration::from_millis(50)).await;
                asked.fetch_add(1, Ordering::SeqCst);
                Err(TokenError { retry_after, ..TokenError::transient("not now") })
            };
            source.token(None, now, ask).await.err().unwrap()
        };
        futures_util::future::join_all((0..20).map(|_| fails(None))).await;
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        rests(&source, REST_MAX).await;
        fails(None).await;
        assert_eq!(asked.load(Ordering::SeqCst), 1, "it is left alone");
        rests(&source, Duration::ZERO).await;
        assert_eq!(fails(Some(REST_MAX)).await.class, TokenErrorClass::Transient);
        rests(&source, REST_MAX / 2).await;
        let left = fails(None).await.retry_after.unwrap();
        assert!(left <= REST_MAX / 2 && left > Duration::ZERO && asked.load(Ordering::SeqCst) == 2, "{left:?}");
        rests(&source, Duration::ZERO).await;
        assert_eq!(text(&had(&source, &asked, None, "1970-01-01T00:00:00Z").await), "Bearer token-2");
    }

    #[tokio::test]
    async fn the_request_names_the_client_as_it_is_told_to_and_its_secrets_are_known() {
        let source = source();
        let ask = async |request: Request<Bytes>, secrets: Vec<Secret>| {
            assert_eq!(
                String::from_utf8_lossy(request.body()),
                "grant_type=client_credentials&scope=read%20write&audience=https%3A%2F%2Fapi.example.com&client_id=ampline\
                 &client_secret=client-secret"
            );
            assert_eq!(secrets, [Secret::new("client-secret")]);
            Ok(answer(0, 60))
        };
        assert!(source.token(None, Timestamp::UNIX_EPOCH, ask).await.is_ok());
        let mut client = source;
        client.oauth2.client_auth_basic = true;
        *client.held.lock().await = Held::default();
        let ask = async |request: Request<Bytes>, secrets: Vec<Secret>| {
            assert_eq!(request.headers()[AUTHORIZATION], "Basic YW1wbGluZTpjbGllbnQtc2VjcmV0");
            assert!(!String::from_utf8_lossy(request.body()).contains("client_secret"));
            assert_eq!(secrets[1], Secret::new("YW1wbGluZTpjbGllbnQtc2VjcmV0"));
            Ok(answer(0, 60))
        };
        assert!(client.token(None, Timestamp::UNIX_EPOCH, ask).await.is_ok());
    }
}
