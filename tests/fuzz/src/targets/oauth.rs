//! A token endpoint's answer: tokens that a header can carry and that nothing shows, or a refusal that holds none.
//!
//! An answer as in the target `answers`.

use ampline_core::{
    oauth::{TokenError, site, token_answer},
    provider::AuthScheme,
};

use super::{answers::answer, stage::CATALOG};

/// Longest message of a refusal, in characters.
const MESSAGE_CHARS_MAX: usize = 1_000;

pub(super) fn run(data: &[u8]) {
    let Some(salesforce) = CATALOG.get("salesforce") else { return };
    let response = answer(salesforce.as_ref(), data);
    let field = match &salesforce.info().auth {
        AuthScheme::OAuth2(oauth2) => oauth2.workspace_field.as_deref(),
        _ => None,
    };
    match token_answer(&response, field) {
        Ok(tokens) => {
            let carries = |token: &String| !token.is_empty() && token.bytes().all(|byte| (0x20..=0x7e).contains(&byte));
            assert!(carries(&tokens.access_token) && tokens.refresh_token.as_ref().is_none_or(carries));
            if let Some(workspace) = &tokens.workspace {
                judge_site(workspace, &salesforce.info().base_url);
            }
        }
        Err(error) => judge_error(&error),
    }
}

fn judge_error(TokenError { message, .. }: &TokenError) {
    assert!(!message.is_empty() && message.chars().count() <= MESSAGE_CHARS_MAX && !message.contains('\n'), "{message}");
}

/// What becomes part of an address is nothing but a name.
fn judge_site(named: &str, template: &str) {
    let site = site(named, template);
    let plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte));
    assert!(site.workspace.is_none_or(|workspace| plain(&workspace)));
    assert!(site.base_url.is_none_or(|url| url.strip_prefix("https://").is_some_and(plain)));
}
