//! The configuration of a destination. Where the bucket is, the host reads for itself.

use ampline_sink::Url;

/// Collects records as gzipped NDJSON objects, laid out for query engines.
#[derive(ampline_sink::Config, Debug)]
#[config(title = "S3 as NDJSON")]
pub struct Config {
    /// Name of the bucket.
    #[config(title = "Bucket", min_length = 3, max_length = 63)]
    pub bucket: String,
    /// The AWS region, for example us-west-2.
    #[config(title = "Region", min_length = 1, max_length = 63)]
    pub region: String,
    /// In place of Amazon's own: the address of a compatible server.
    #[config(title = "Endpoint")]
    pub endpoint_url: Option<Url>,
    /// What keys begin with, without a slash at the ends.
    #[config(title = "Prefix", max_length = 256, default = "ampline", check = is_path)]
    pub prefix: String,
    /// How hard to compress: 1 is fastest, 9 is smallest.
    #[config(title = "Compression", min = 1, max = 9, default = 6)]
    pub compression: u32,
}

fn is_path(prefix: &str) -> Result<(), String> {
    let segment = |segment: &str| !matches!(segment, "" | "." | "..") && !segment.chars().any(char::is_control);
    match prefix.split('/').all(segment) {
        true => Ok(()),
        false => Err("must be names with single slashes between them, as in crm/raw".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use ampline_sink::read_config;

    use super::Config;

    /// `extra` goes behind the members that must be there; expected is the place of the one fault, if any.
    fn check(extra: &str, fault: Option<&str>) {
        let text = format!(r#"{{"bucket": "my-bucket", "region": "us-west-2"{extra}}}"#);
        let issues = read_config::<Config>(&text).err().unwrap_or_default();
        assert_eq!(issues.iter().map(|issue| issue.pointer.as_str()).collect::<Vec<_>>(), Vec::from_iter(fault), "{extra}");
    }

    #[test]
    fn reads_what_it_needs() {
        check("", None);
        check(r#", "prefix": "crm/raw", "compression": 9, "endpointUrl": "http://127.0.0.1:9000""#, None);
        for prefix in ["", "/crm", "crm/", "a//b", "../x", "a\\u0000"] {
            check(&format!(r#", "prefix": "{prefix}""#), Some("/prefix"));
        }
        check(r#", "compression": 10"#, Some("/compression"));
        check(r#", "endpointUrl": "minio:9000""#, Some("/endpointUrl"));
    }
}
