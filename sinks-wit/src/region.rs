//! Whether a text is a region of AWS, or of a server that takes its place.

const REGION_BYTES_MAX: usize = 63;

/// What is wrong with `region` and what to do about it; nothing where it is right. Regions of Amazon's look like `us-east-1`;
/// other servers (`has_endpoint`) have names of their own, such as `auto`.
pub fn fault(region: &str, has_endpoint: bool) -> Option<&'static str> {
    let label = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let trimmed = !region.starts_with('-') && !region.ends_with('-');
    if region.is_empty() || region.len() > REGION_BYTES_MAX || !trimmed || !region.bytes().all(label) {
        return Some("must be a region such as us-east-1: lower-case letters, digits and dashes");
    }
    let mut parts = region.split('-');
    let begins = parts.next().is_some_and(|part| part.len() >= 2 && part.bytes().all(|byte| byte.is_ascii_lowercase()));
    let ends = parts.next_back().is_some_and(|part| part.bytes().all(|byte| byte.is_ascii_digit()) && !part.is_empty());
    let rest: Vec<_> = parts.collect();
    let middle =
        !rest.is_empty() && rest.iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase()));
    let is_amazons = begins && middle && ends;
    (!is_amazons && !has_endpoint).then_some("is no region of AWS: they look like us-east-1 (a zone such as us-east-1a is none)")
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn tells_regions_from_other_names() {
        for region in ["us-east-1", "eu-central-2", "us-gov-west-1", "us-iso-east-1", "cn-northwest-1", "ap-southeast-10"] {
            assert_eq!((fault(region, false), fault(region, true)), (None, None), "{region}");
        }
        for region in ["auto", "garage", "us-east-1a", "useast1", "us-east", "us--1", "u-east-1", "1-east-1", "local-2-x"] {
            assert_eq!((fault(region, false).is_some(), fault(region, true)), (true, None), "{region}");
        }
        for region in ["", "US-EAST-1", "us east 1", "us_east_1", "-us-east-1", "us-east-1-", "münchen-1", "a.b", &"a".repeat(64)]
        {
            assert!(fault(region, true).is_some() && fault(region, false).is_some(), "{region}");
        }
    }
}
