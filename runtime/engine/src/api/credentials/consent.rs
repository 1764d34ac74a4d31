//! A person's consent: the address to send the person to, and the page that the provider sends the person back to.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State, rejection::QueryRejection},
    http::{
        HeaderMap, Method, StatusCode,
        header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse, Response},
};

use serde_json::json;

use super::{
    body::{Body, invalid},
    opened, party,
};
use crate::{
    api::{Api, Shared, client_origin, problem::Problem, status::check_project},
    connection::{CALLBACK_PATH, Connection, ConsentAnswer, ConsentError, ConsentRequest},
};

/// Longest query of a provider's answer that is looked at.
const QUERY_BYTES_MAX: usize = 16 << 10;

/// `POST /v1/projects/{project}/oauth-connect`
pub(super) async fn connect_in(
    State(api): Shared,
    Path(project): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    let mut body = Body::parse(&bytes)?;
    if let Some(named) = body.optional("projectIdOrName")? {
        check_project(&api, &named)?;
    }
    begin(&api, body, &headers).await
}

/// `POST /v1/oauth-connect`
pub(super) async fn connect(State(api): Shared, headers: HeaderMap, bytes: Bytes) -> Result<Response, Problem> {
    let mut body = Body::parse(&bytes)?;
    check_project(&api, &body.text("projectIdOrName")?)?;
    begin(&api, body, &headers).await
}

async fn begin(api: &Api, mut body: Body, headers: &HeaderMap) -> Result<Response, Problem> {
    let request = ConsentRequest {
        provider: body.text("provider")?,
        provider_app: body.optional("providerAppId")?,
        group: party(&mut body, "groupRef", "groupName")?.ok_or_else(|| invalid("groupRef is missing"))?,
        consumer: party(&mut body, "consumerRef", "consumerName")?,
        workspace: body.optional("providerWorkspaceRef")?,
        metadata: body.values("providerMetadata")?,
        connection: None,
        origin: client_origin(headers),
    };
    // Every state is of chance and good for one answer, so there is nothing to turn on.
    body.flag("enableCSRFProtection")?;
    body.done()?;
    address(api, request, headers).await
}

/// The address at which a person renews a connection.
pub(super) async fn renew(api: &Api, one: &Connection, headers: &HeaderMap) -> Result<Response, Problem> {
    let record = one.record();
    let request = ConsentRequest {
        provider: record.provider,
        provider_app: None,
        group: record.group.ok_or_else(|| invalid("the connection is no group's"))?,
        consumer: record.consumer,
        workspace: record.workspace,
        metadata: record.metadata,
        connection: Some(one.id.clone()),
        origin: client_origin(headers),
    };
    address(api, request, headers).await
}

/// The address, as text; with all that is known of it for who asks for JSON.
async fn address(api: &Api, request: ConsentRequest, headers: &HeaderMap) -> Result<Response, Problem> {
    let redirect_uri = format!("{}{CALLBACK_PATH}", api.public_url.trim_end_matches('/'));
    let consent = opened(api)?.begin_consent(request, redirect_uri).await?;
    let wants_json = headers.get(ACCEPT).is_some_and(|accept| accept.as_bytes().starts_with(b"application/json"));
    if wants_json {
        let body = json!({ "url": consent.url, "connection": consent.connection, "expiresAt": consent.expires_at });
        return Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response());
    }
    Ok(([(CONTENT_TYPE, "text/plain"), (CACHE_CONTROL, "no-store")], consent.url).into_response())
}

/// `GET /callbacks/v1/oauth?state=&code=` — where providers send people back to. Whatever comes, a plain page answers.
pub(super) async fn callback(
    State(api): Shared,
    method: Method,
    uri: axum::http::Uri,
    query: Result<Query<ConsentAnswer>, QueryRejection>,
) -> Response {
    if method != Method::GET {
        // A look ahead must not use the answer up.
        return StatusCode::NO_CONTENT.into_response();
    }
    let is_sound = uri.query().is_some_and(|query| query.len() <= QUERY_BYTES_MAX);
    let (Ok(Query(answer)), true, Some(connections)) = (query, is_sound, &api.connections) else {
        return page(StatusCode::BAD_REQUEST, "Not connected", "This is not an answer of a provider.");
    };
    let ending = connections.clone();
    match connections.to_the_end(async move { ending.end_consent(answer).await }).await {
        Ok(connection) => {
            if let Err(error) = api.projects.credentials_changed(&connection.id).await {
                tracing::error!(%error, connection = %connection.id, "what reads with the new credentials waits for the next tick");
            }
            let text = format!("{} is connected. You may close this window.", connections.display_name(&connection.provider));
            page(StatusCode::OK, "Connected", &text)
        }
        Err(error) => {
            tracing::warn!(event = "connection.consent_failed", %error);
            let status = match &error {
                ConsentError::Registry(_) => StatusCode::INTERNAL_SERVER_ERROR,
                ConsentError::Exchange(_) => StatusCode::BAD_GATEWAY,
                ConsentError::Unknown | ConsentError::Denied(_) => StatusCode::BAD_REQUEST,
            };
            let text = match &error {
                ConsentError::Registry(_) => "The connection could not be kept. Please tell who sent you here.".to_owned(),
                error => format!("{error}."),
            };
            page(status, "Not connected", &text)
        }
    }
}

/// A page that loads nothing, runs nothing, is kept by nobody, and tells nobody where the person came from.
fn page(status: StatusCode, title: &str, text: &str) -> Response {
    let (title, text) = (escaped(title), escaped(text));
    let html = format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>{title}</title>\n<h1>{title}</h1>\n<p>{text}</p>\n</html>\n"
    );
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (status, headers, html).into_response()
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_a_provider_says_is_text_and_nothing_else() {
        let said = super::escaped("<script>alert('x')</script>\n\"&amp;\"");
        assert_eq!(said, "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &quot;&amp;amp;&quot;");
    }
}
