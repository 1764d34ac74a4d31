//! The configuration of a destination: forms, checks and documentation come from this type.

use ampline_sink::Url;

/// Posts each message to an event collector.
#[derive(ampline_sink::Config, Debug)]
#[config(title = "{{title}}")]
pub struct Config {
    /// Where events go: absolute, https (plain http to this machine alone), without user name, password or fragment.
    #[config(title = "URL")]
    pub url: Url,
    /// What the collector is told that events come from.
    #[config(title = "Source", min_length = 1, max_length = 64, default = "ampline", check = prints)]
    pub source: String,
    /// Name of the credential that authorises requests. The operator binds it to the destination; the sink never sees it.
    #[config(title = "Credential", min_length = 1)]
    pub credential: Option<String>,
    /// Milliseconds that the collector has for its answer.
    #[config(title = "Time-out", min = 1_000, max = 60_000, default = 10_000)]
    pub timeout_ms: u64,
}

/// What a schema cannot say well is said here. The error goes on from the member's name.
fn prints(source: &str) -> Result<(), String> {
    match source.chars().find(|letter| letter.is_control() || matches!(letter, '"' | '\\')) {
        Some(_) => Err("must be plain text, without quotes, backslashes and control characters".to_owned()),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use ampline_sink::read_config;

    use super::Config;

    #[test]
    fn what_is_left_out_has_a_default() {
        let config: Config = read_config(r#"{"url": "https://collector.example.com/events"}"#).unwrap();
        assert_eq!((config.source.as_str(), config.credential, config.timeout_ms), ("ampline", None, 10_000));
    }

    #[test]
    fn every_fault_has_its_place() {
        let text = r#"{"url": "http://collector.example.com", "source": "a\"b", "timeoutMs": 5, "retries": 3}"#;
        let issues = read_config::<Config>(text).unwrap_err();
        let places: Vec<_> = issues.iter().map(|issue| issue.pointer.as_str()).collect();
        assert_eq!(places, ["/url", "/source", "/timeoutMs", "/retries"]);
    }
}
