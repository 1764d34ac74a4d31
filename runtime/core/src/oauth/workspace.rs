//! Which workspace a token is for, as the token answer says: a name, or the address of the customer's own instance.

/// Where a customer's API is, as far as a token answer tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Site {
    /// For `{{.workspace}}`; nothing where the address fits no template.
    pub workspace: Option<String>,
    /// The API's address, where it is not the template's.
    pub base_url: Option<String>,
}

/// Reads the member that the catalog names: `acme`, `12345` or `https://acme.my.salesforce.com`, against the provider's own
/// address template. An address that fits no template must be https to be used; anything else tells nothing.
pub fn site(named: &str, base_url_template: &str) -> Site {
    let nothing = Site { workspace: None, base_url: None };
    let named = named.trim().trim_end_matches('/');
    if !named.contains("://") {
        return if is_plain(named) { Site { workspace: Some(named.to_owned()), ..nothing } } else { nothing };
    }
    if let Some(workspace) = within(named, base_url_template).filter(|workspace| is_plain(workspace)) {
        return Site { workspace: Some(workspace.to_owned()), ..nothing };
    }
    let host = named.strip_prefix("https://").filter(|host| is_plain(host));
    if host.is_some() { Site { workspace: None, base_url: Some(named.to_owned()) } } else { nothing }
}

/// What stands in place of the one `{{.workspace}}`.
fn within<'a>(address: &'a str, template: &str) -> Option<&'a str> {
    let (before, behind) = template.split_once("{{")?;
    let (key, after) = behind.split_once("}}")?;
    if key.trim().trim_start_matches('.') != "workspace" || after.contains("{{") {
        return None;
    }
    // A path behind the host belongs to the API, not to the instance.
    let host_end = after.split('/').next().unwrap_or_default();
    address.strip_prefix(before)?.strip_suffix(host_end)
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}
