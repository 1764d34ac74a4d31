//! Whether a text can be the name of a bucket.
//!
//! Source: "Bucket naming rules", Amazon S3 user guide.

use std::net::Ipv4Addr;

const PREFIXES: [&str; 3] = ["xn--", "sthree-", "amzn-s3-demo-"];
const SUFFIXES: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

/// What is wrong with a name and what to do about it; nothing where it is right.
pub(crate) fn fault(name: &str) -> Option<&'static str> {
    if name.starts_with("arn:") || name.contains("://") {
        return Some("must be the bucket's name alone, without arn: or s3://");
    }
    if !(3..=63).contains(&name.len()) {
        return Some("must have 3 to 63 characters");
    }
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'-');
    if !name.bytes().all(inner) {
        return Some("must be of lower-case letters, digits, dots and dashes");
    }
    let ends = |text: &str| text.starts_with(['.', '-']) || text.ends_with(['.', '-']);
    if ends(name) || name.contains("..") {
        return Some("must begin and end with a letter or digit, and have no two dots side by side");
    }
    if name.parse::<Ipv4Addr>().is_ok() {
        return Some("must not look like an IP address");
    }
    let reserved = PREFIXES.iter().any(|prefix| name.starts_with(prefix)) || SUFFIXES.iter().any(|suffix| name.ends_with(suffix));
    reserved.then_some("begins or ends with what Amazon keeps for itself: name an ordinary bucket")
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn tells_names_of_buckets_from_others() {
        for name in ["abc", "my-bucket", "logs.example.com", "1a2", &"a".repeat(63)] {
            assert_eq!(fault(name), None, "{name}");
        }
        for (name, expected) in [
            ("", "3 to 63"),
            ("ab", "3 to 63"),
            (&*"a".repeat(64), "3 to 63"),
            ("My-Bucket", "lower-case"),
            ("my_bucket", "lower-case"),
            ("my/bucket", "lower-case"),
            ("bücket", "lower-case"),
            ("-bucket", "begin and end"),
            ("bucket.", "begin and end"),
            ("my..bucket", "two dots"),
            ("192.168.0.1", "IP address"),
            ("xn--bucket", "keeps for itself"),
            ("bucket--x-s3", "keeps for itself"),
            ("arn:aws:s3:::bucket", "alone"),
            ("s3://bucket", "alone"),
        ] {
            assert!(fault(name).is_some_and(|fault| fault.contains(expected)), "{name}: {:?}", fault(name));
        }
    }
}
