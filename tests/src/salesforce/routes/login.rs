//! The SOAP call `login` (and `logout`), by which older clients get a session.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::salesforce::{ORGANISATION, Shared, USER};

const XML: [(header::HeaderName, &str); 1] = [(header::CONTENT_TYPE, "text/xml;charset=UTF-8")];

pub(super) async fn soap(State(shared): State<Arc<Shared>>, Path(version): Path<String>, body: String) -> Response {
    if let Some((username, password)) = element(&body, "username").zip(element(&body, "password")) {
        return login(&shared, &version, &username, &password);
    }
    match element(&body, "sessionId") {
        Some(session) if body.contains("logout") => {
            shared.state().sessions.revoke(&session);
            envelope(StatusCode::OK, "<logoutResponse/>")
        }
        _ => fault("UNKNOWN_EXCEPTION", "the emulator knows the calls login and logout only"),
    }
}

fn login(shared: &Shared, version: &str, username: &str, password: &str) -> Response {
    let state = &mut *shared.state();
    let credentials = &state.options.credentials;
    if !credentials.is_user(username, password) {
        return fault("INVALID_LOGIN", "Invalid username, password, security token; or user locked out.");
    }
    let (user_name, now_ms, lasts_ms) = (credentials.username.clone(), state.now_ms(), state.access_token_lasts_ms);
    let granted = state.sessions.grant("soap", None, "api".into(), now_ms, lasts_ms);
    let (base, session) = (&shared.base_url, &granted.access_token);
    let result = format!(
        "<loginResponse><result><metadataServerUrl>{base}/services/Soap/m/{version}/{ORGANISATION}</metadataServerUrl>\
         <passwordExpired>false</passwordExpired><sandbox>false</sandbox>\
         <serverUrl>{base}/services/Soap/u/{version}/{ORGANISATION}</serverUrl><sessionId>{session}</sessionId><userId>{USER}</userId>\
         <userInfo><organizationId>{ORGANISATION}</organizationId><userId>{USER}</userId><userName>{user_name}</userName></userInfo>\
         </result></loginResponse>"
    );
    envelope(StatusCode::OK, &result)
}

fn envelope(status: StatusCode, body: &str) -> Response {
    let text = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><soapenv:Envelope xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns=\"urn:partner.soap.sforce.com\" xmlns:sf=\"urn:fault.partner.soap.sforce.com\"><soapenv:Body>{body}</soapenv:Body>\
         </soapenv:Envelope>"
    );
    (status, XML, text).into_response()
}

fn fault(code: &str, message: &str) -> Response {
    let body = format!(
        "<soapenv:Fault><faultcode>sf:{code}</faultcode><faultstring>{code}: {message}</faultstring><detail><sf:LoginFault>\
         <sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>{message}</sf:exceptionMessage></sf:LoginFault></detail>\
         </soapenv:Fault>"
    );
    envelope(StatusCode::INTERNAL_SERVER_ERROR, &body)
}

/// The text of the first element of this name, under whatever prefix, with its entities resolved.
fn element(xml: &str, name: &str) -> Option<String> {
    let mut rest = xml;
    loop {
        let tag = &rest[rest.find('<')? + 1..];
        let (head, after) = tag.split_once('>')?;
        let full = head.split_whitespace().next().unwrap_or_default();
        if full.rsplit(':').next() == Some(name) && !head.starts_with('/') {
            let text = &after[..after.find('<')?];
            let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&apos;", "'"), ("&#x27;", "'"), ("&amp;", "&")];
            return Some(entities.iter().fold(text.to_owned(), |text, (entity, letter)| text.replace(entity, letter)));
        }
        rest = after;
    }
}
