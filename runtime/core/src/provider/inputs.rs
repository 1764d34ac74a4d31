//! What a connection must say for the placeholders of a provider's addresses, and whether it does.

use std::fmt;

use super::{Input, ProviderInfo, info::is_plain};

/// Inputs that a connection does not say, or not so that they can be put into an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct MissingInputs {
    provider: String,
    absent: Vec<Input>,
    /// Names of values that no address can carry.
    unfit: Vec<String>,
}

impl fmt::Display for MissingInputs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.absent.is_empty() {
            let needed: Vec<String> = self.absent.iter().map(described).collect();
            write!(f, "{} needs {}: give {} with the connection", self.provider, needed.join(" and "), it(self.absent.len()))?;
        }
        if !self.unfit.is_empty() {
            let names: Vec<String> = self.unfit.iter().map(|name| format!("`{name}`")).collect();
            let joint = if self.absent.is_empty() { "" } else { "; " };
            write!(f, "{joint}{} may hold letters, digits, `-`, `_` and `.` only", names.join(" and "))?;
        }
        Ok(())
    }
}

fn it(count: usize) -> &'static str {
    if count == 1 { "it" } else { "them" }
}

/// `` `region` (Region: eu or us) ``
fn described(input: &Input) -> String {
    let Input { name, display_name, documentation } = input;
    match (display_name == name, documentation.is_empty()) {
        (true, true) => format!("`{name}`"),
        (false, true) => format!("`{name}` ({display_name})"),
        (true, false) => format!("`{name}` ({documentation})"),
        (false, false) => format!("`{name}` ({display_name}: {documentation})"),
    }
}

impl MissingInputs {
    /// The names of all of them.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.absent.iter().map(|input| input.name.as_str()).chain(self.unfit.iter().map(String::as_str))
    }
}

impl ProviderInfo {
    /// Whether `value` knows something for every placeholder of these addresses.
    pub fn check_inputs(&self, addresses: &[&str], value: impl Fn(&str) -> Option<String>) -> Result<(), MissingInputs> {
        let mut missing = MissingInputs { provider: self.display_name.clone(), absent: Vec::new(), unfit: Vec::new() };
        let mut seen: Vec<&str> = Vec::new();
        for name in addresses.iter().flat_map(|address| placeholders(address)) {
            if seen.contains(&name) {
                continue;
            }
            seen.push(name);
            match value(name).filter(|value| !value.is_empty()) {
                None => missing.absent.push(self.input(name)),
                Some(value) if !is_plain(&value) => missing.unfit.push(name.to_owned()),
                Some(_) => {}
            }
        }
        if seen.is_empty() || missing.names().next().is_none() { Ok(()) } else { Err(missing) }
    }

    fn input(&self, name: &str) -> Input {
        let declared = self.inputs.iter().find(|input| input.name == name).cloned();
        let bare = || Input { name: name.to_owned(), display_name: name.to_owned(), documentation: String::new() };
        declared.unwrap_or_else(bare)
    }
}

/// The names in `{{.name}}`.
pub(super) fn placeholders(template: &str) -> impl Iterator<Item = &str> {
    let parts = template.split("{{").skip(1).filter_map(|part| part.split_once("}}"));
    parts.map(|(name, _)| name.trim().trim_start_matches('.'))
}

#[cfg(test)]
mod tests {
    use crate::provider::check_provider;

    #[track_caller]
    fn check(base_url: &str, values: &[(&str, &str)], expected: Result<(), &str>) {
        let yaml = format!(
            "name: acme\ndisplayName: Acme\nbaseURL: {base_url}\ninputs:\n  - {{ name: region, displayName: Region, documentation: eu or us }}\n  \
             - {{ name: cloudId }}\n  - {{ name: site, displayName: Site }}\nobjects: [{{ name: a, path: /a, records: $, id: id }}]\n"
        );
        let checked = check_provider(yaml.as_bytes());
        let provider = checked.provider.unwrap_or_else(|| panic!("{:?}", checked.issues));
        let value = |name: &str| values.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        let told = provider.info().check_inputs(&[&provider.info().base_url], value).map_err(|missing| missing.to_string());
        assert_eq!(told, expected.map_err(str::to_owned), "{base_url} {values:?}");
    }

    #[test]
    fn every_missing_input_is_named_with_what_people_call_it() {
        let url = "https://{{.region}}.acme.example/{{.cloudId}}/x{{.region}}";
        check(url, &[("region", "eu"), ("cloudId", "4711")], Ok(()));
        check("https://acme.example", &[], Ok(()));
        check(url, &[("region", "eu")], Err("Acme needs `cloudId`: give it with the connection"));
        check(
            url,
            &[("cloudId", "")],
            Err("Acme needs `region` (Region: eu or us) and `cloudId`: give them with the connection"),
        );
        check("https://{{.site}}.example", &[], Err("Acme needs `site` (Site): give it with the connection"));
        let unfit = "`region` may hold letters, digits, `-`, `_` and `.` only";
        check(url, &[("region", "evil.example/"), ("cloudId", "1")], Err(unfit));
        check(url, &[("region", "a b")], Err(&format!("Acme needs `cloudId`: give it with the connection; {unfit}")));
    }
}
