//! A person's consent: the address to send the person to, and the page that the provider sends the person back to.

use std::collections::BTreeMap;

use axum::{
    Json,
    extract::{Query, State, rejection::QueryRejection},
    http::{
        HeaderMap, Method, StatusCode,
        header::{ACCEPT, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    response::{IntoResponse, Response},
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    given::{MetadataValue, metadata, refused},
    opened, party,
};
use crate::{
    api::{
        Api, Shared, client_origin,
        extract::{Body, Path},
        problem::Problem,
        status::check_project,
    },
    connection::{CALLBACK_PATH, Connection, ConsentAnswer, ConsentError, ConsentRequest},
};

/// Longest query of a provider's answer that is looked at.
const QUERY_BYTES_MAX: usize = 16 << 10;

/// Whose consent is asked for.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schema(as = OauthConnectRequest)]
pub(super) struct ConnectRequest {
    /// Needed where the path names no project.
    #[schema(min_length = 1)]
    project_id_or_name: Option<String>,
    /// Of the provider catalog.
    #[schema(min_length = 1)]
    provider: String,
    /// The registration to ask for; the only one of the provider, where it is not given.
    #[schema(min_length = 1)]
    provider_app_id: Option<String>,
    /// The product's own id for the customer's team.
    #[schema(min_length = 1, max_length = 255)]
    group_ref: String,
    #[schema(min_length = 1, max_length = 255)]
    group_name: Option<String>,
    /// The product's own id for the person.
    #[schema(min_length = 1, max_length = 255)]
    consumer_ref: Option<String>,
    #[schema(min_length = 1, max_length = 255)]
    consumer_name: Option<String>,
    /// The provider's workspace (a subdomain, a portal).
    #[schema(min_length = 1)]
    provider_workspace_ref: Option<String>,
    /// What the provider's addresses need besides.
    #[serde(default)]
    provider_metadata: BTreeMap<String, MetadataValue>,
    /// It makes no difference: every state is of chance and good for one answer.
    #[serde(rename = "enableCSRFProtection")]
    _enable_csrf_protection: Option<bool>,
}

/// Where a person gives consent.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = ConsentAddress)]
pub(super) struct Address {
    /// To send the person to.
    url: String,
    /// The connection that there will be.
    connection: String,
    /// Until when the address may be used.
    expires_at: Timestamp,
}

/// Begins a person's consent.
///
/// The answer is the address to send the person to; with all that is known of it for who accepts JSON.
#[utoipa::path(
    post, path = "/v1/projects/{projectIdOrName}/oauth-connect", operation_id = "oauthConnectForProject", tag = "connections",
    request_body = ConnectRequest,
    responses((status = 200, content((String = "text/plain"), (Address = "application/json"))))
)]
pub(super) async fn connect_in(
    State(api): Shared,
    Path(project): Path<String>,
    headers: HeaderMap,
    Body(request): Body<ConnectRequest>,
) -> Result<Response, Problem> {
    check_project(&api, &project)?;
    if let Some(named) = &request.project_id_or_name {
        check_project(&api, named)?;
    }
    begin(&api, request, &headers).await
}

/// Begins a person's consent, with the project in the body.
///
/// The answer is the address to send the person to; with all that is known of it for who accepts JSON.
#[utoipa::path(
    post, path = "/v1/oauth-connect", operation_id = "oauthConnect", tag = "connections", request_body = ConnectRequest,
    responses(
        (status = 200, content((String = "text/plain"), (Address = "application/json"))),
        (status = 404, description = "There is no such project."),
    )
)]
pub(super) async fn connect(
    State(api): Shared,
    headers: HeaderMap,
    Body(request): Body<ConnectRequest>,
) -> Result<Response, Problem> {
    let named = request.project_id_or_name.as_deref().ok_or_else(|| refused("projectIdOrName", "is missing"))?;
    check_project(&api, named)?;
    begin(&api, request, &headers).await
}

async fn begin(api: &Api, request: ConnectRequest, headers: &HeaderMap) -> Result<Response, Problem> {
    let request = ConsentRequest {
        provider: request.provider,
        provider_app: request.provider_app_id,
        group: party(request.group_ref, request.group_name),
        consumer: request.consumer_ref.map(|reference| party(reference, request.consumer_name)),
        workspace: request.provider_workspace_ref,
        metadata: metadata(request.provider_metadata),
        connection: None,
        origin: client_origin(headers),
    };
    address(api, request, headers).await
}

/// The address at which a person renews a connection.
pub(super) async fn renew(api: &Api, one: &Connection, headers: &HeaderMap) -> Result<Response, Problem> {
    let record = one.record();
    let request = ConsentRequest {
        provider: record.provider,
        provider_app: None,
        group: record.group.ok_or_else(|| refused("", "the connection is no group's"))?,
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
        let body = Address { url: consent.url, connection: consent.connection, expires_at: consent.expires_at };
        return Ok(([(CACHE_CONTROL, "no-store")], Json(body)).into_response());
    }
    Ok(([(CONTENT_TYPE, "text/plain"), (CACHE_CONTROL, "no-store")], consent.url).into_response())
}

/// Takes a provider's answer to a consent.
///
/// Providers send people here. Whatever comes, a plain page answers.
#[utoipa::path(
    get, path = "/callbacks/v1/oauth", operation_id = "oauthCallback", tag = "connections",
    params(
        ("state" = Option<String>, Query, description = "As the consent's address had it."),
        ("code" = Option<String>, Query, description = "What tokens are exchanged for."),
        ("error" = Option<String>, Query, description = "Why there is no code."),
    ),
    responses(
        (status = 200, body = String, content_type = "text/html", description = "Connected"),
        (status = 400, body = String, content_type = "text/html", description = "This answers no consent, or denies it."),
        (status = 500, body = String, content_type = "text/html", description = "The connection could not be kept."),
        (status = 502, body = String, content_type = "text/html", description = "The provider gave no tokens."),
    )
)]
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
