//! Names that may stand in a query: anything else could end the query and begin another.

/// Longest name of a field or object; Salesforce's have at most 40 characters, a namespace of 15 and a suffix.
const NAME_BYTES_MAX: usize = 80;
/// Most relationships on the way to a field.
const RELATIONSHIPS_MAX: usize = 5;

/// Whether this is an identifier: a letter, then letters, digits and underscores.
pub(super) fn is_identifier(name: &str) -> bool {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.len() <= NAME_BYTES_MAX && name.as_bytes().first().is_some_and(u8::is_ascii_alphabetic) && name.bytes().all(is_word)
}

/// Whether this is a field, perhaps of a related record (`Account.Owner.Name`).
pub(super) fn is_field(name: &str) -> bool {
    name.split('.').all(is_identifier) && name.split('.').count() <= RELATIONSHIPS_MAX + 1
}

/// Whether this is a record's id: 15 or 18 letters and digits.
pub(super) fn is_id(id: &str) -> bool {
    matches!(id.len(), 15 | 18) && id.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// The field that holds the time of a record's last change.
pub(super) fn modified_field(object: &str) -> &'static str {
    let object = object.to_ascii_lowercase();
    match object.as_str() {
        "loginhistory" => "LoginTime",
        // Entries of a history never change.
        history if history.ends_with("history") => "CreatedDate",
        share if share.ends_with("share") => "LastModifiedDate",
        _ => "SystemModstamp",
    }
}

/// Whether records of the object can be deleted so that a query still finds them; the others have no `IsDeleted`.
pub(super) fn has_recycle_bin(object: &str) -> bool {
    const WITHOUT: [&str; 11] = [
        "user",
        "userrole",
        "profile",
        "permissionset",
        "group",
        "groupmember",
        "recordtype",
        "organization",
        "businesshours",
        "currencytype",
        "loginhistory",
    ];
    let object = object.to_ascii_lowercase();
    !WITHOUT.contains(&object.as_str()) && !object.ends_with("share")
}
