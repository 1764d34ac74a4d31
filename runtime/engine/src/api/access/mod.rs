//! Who may ask what: one check before every route that is not open to anyone.
//!
//! A route that is named nowhere here asks for the scope `full`: new routes are shut to lesser keys and to customers' users until
//! a line in [`rules`] opens them.

mod credentials;
mod own;
mod rules;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use axum::{
    extract::{Request, State},
    http::StatusCode,
    middleware::Next,
    response::{IntoResponse, Response},
};

use super::{Api, problem::Problem};
use crate::{access::Caller, project::KeyScope};
pub(crate) use credentials::HEADER;
pub(super) use credentials::{Peer, key_id, opens_nothing};
use rules::{Need, need};

/// Lets a request through, or says why not. A [`Caller`] among a request's extensions was put there in this process.
pub(super) async fn admit(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    match admitted(&api, request).await {
        Ok(request) => next.run(request).await,
        Err(refusal) => refusal,
    }
}

async fn admitted(api: &Api, mut request: Request) -> Result<Request, Response> {
    let caller = match request.extensions().get::<Caller>() {
        Some(caller) => caller.clone(),
        None => credentials::caller(api, &request).map_err(|refusal| *refusal)?,
    };
    let need = need(request.method(), request.uri());
    match &caller {
        Caller::Key { scopes, .. } if scopes.iter().any(|scope| suffices(*scope, &need)) => {}
        Caller::Key { scopes, .. } => return Err(lacking(scopes, &need).into_response()),
        Caller::User(claims) => request = own::only(api, claims, &need, request).await.map_err(Problem::into_response)?,
    }
    request.extensions_mut().insert(caller);
    Ok(request)
}

fn suffices(scope: KeyScope, need: &Need) -> bool {
    match scope {
        KeyScope::Full => true,
        KeyScope::Frontend => need.frontend.is_some(),
        KeyScope::Read => need.read,
        KeyScope::Store => need.store,
    }
}

fn lacking(scopes: &[KeyScope], need: &Need) -> Problem {
    let names = |scopes: &[KeyScope]| scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>().join(", ");
    let enough: Vec<KeyScope> = KeyScope::ALL.into_iter().filter(|scope| suffices(*scope, need)).collect();
    let detail =
        format!("this asks for a key of the scope {}; the one shown has {}", names(&enough).replace(", ", " or "), names(scopes));
    Problem::new(StatusCode::FORBIDDEN, detail).remedy("`ampline keys create --scope …` makes a key")
}
