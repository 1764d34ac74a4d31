//! Settings a few edits away from sound ones: each is read or refused, with a place, and no refusal shows a secret.
//!
//! No doubles. The fuzzer of the core does not reach these files, because the engine would have to be built with coverage.

use ampline_core::{manifest::Manifest, provider::Catalog};

use super::{installations, parse, resolve};

const SECRET: &str = "hunter2";

const SEED: &str = r#"
[project]
id = "p"
[runtime]
listen = "127.0.0.1:8480"
public_url = "https://ampline.example.com"
[limits]
backlog_megabytes = 7
[network]
allow = ["10.1.0.0/16", "fd00::/8"]
[postgres]
url = { env = "DATABASE" }
[destinations.hook]
type = "webhook"
url = "https://ann:hunter2@example.com/hook"
rate_per_second = 2.5
secret_headers = { Authorization = { env = "TOKEN" } }
retry_delays_s = [1, 60]
[destinations.store]
type = "api"
endpoint = "companies"
[connections.hs]
provider = "hubspot"
oauth2 = { refresh_token = { env = "TOKEN" }, client_id = "c", client_secret = { env = "TOKEN" } }
rate_limit = { requests = 10, per_s = 1 }
[provider_apps.hubspot]
client_id = "c"
client_secret = { env = "TOKEN" }
scopes = ["a"]
[[installations]]
integration = "crm"
connection = "hs"
group_ref = "acme"
[installations.objects.contacts]
selectedFields = { phone = true }
selectedFieldMappings = { notes = "my_notes" }
schedule = "0 * * * *"
"#;

/// What the edits put in.
const PIECES: [&str; 24] = [
    "\n",
    "=",
    "[",
    "]",
    "{",
    "}",
    "\"",
    "'''",
    "\"\"\"",
    "#",
    ".",
    ",",
    "-1",
    "1e400",
    "nan",
    "99999999999999999999",
    "true",
    "1979-05-27T07:32:00Z",
    "\\u0000",
    "\u{0}",
    "é",
    "[[a.b]]\n",
    "a.b.c = 1\n",
    "{ env = \"NONE\" }",
];

const MUTANTS: u32 = 4_000;

/// Marsaglia's xorshift64: the same mutants each time.
struct Xorshift(u64);

impl Xorshift {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (bound.max(1) as u64)).unwrap_or_default()
    }
}

fn mutant(chance: &mut Xorshift) -> String {
    let mut text: Vec<char> = SEED.chars().collect();
    for _ in 0..=chance.below(3) {
        let at = chance.below(text.len());
        let end = (at + chance.below(20)).min(text.len());
        match chance.below(5) {
            0 => drop(text.drain(at..end)),
            1 => drop(text.splice(at..at, PIECES[chance.below(PIECES.len())].chars())),
            2 => drop(text.splice(at..end, PIECES[chance.below(PIECES.len())].chars())),
            3 => {
                let copy = text[at..end].to_vec();
                let to = chance.below(text.len());
                text.splice(to..to, copy);
            }
            _ => text.truncate(at),
        }
    }
    text.into_iter().collect()
}

/// Why the settings cannot be used, one reason after the other; none where they can.
fn refusals(text: &str, catalog: &Catalog) -> Vec<String> {
    let settings = match parse(text) {
        Ok(settings) => settings,
        Err(message) => {
            assert!(message.starts_with("line "), "{message}\n{text}");
            return vec![message];
        }
    };
    let manifest = Manifest { spec_version: "1.0.0".into(), integrations: Vec::new(), destinations: Vec::new() };
    let env = |name: &str| match name {
        "TOKEN" => Some(SECRET.to_owned()),
        "DATABASE" => Some(format!("postgres://ann:{SECRET}@db.example.com/x")),
        _ => None,
    };
    let problems = resolve(&settings, &manifest, catalog, env).err().unwrap_or_default();
    let issues = installations::declared(&settings, "ampline.toml").err().unwrap_or_default();
    let problems = problems.into_iter().map(|problem| (problem.place, problem.message));
    let all = problems.chain(issues.into_iter().map(|issue| (issue.path, issue.message)));
    let told = |(place, message): (String, String)| {
        assert!(!place.is_empty() && !message.is_empty(), "{text}");
        format!("{place}: {message}")
    };
    all.map(told).collect()
}

#[test]
fn mutants_are_read_or_refused_and_secrets_stay_hidden() {
    let catalog = Catalog::built_in();
    assert_eq!(refusals(SEED, &catalog), [] as [&str; 0], "the settings that are changed are sound");
    let mut chance = Xorshift(0x9e37_79b9_7f4a_7c15);
    let mut refused = 0;
    for _ in 0..MUTANTS {
        let text = mutant(&mut chance);
        let refusals = refusals(&text, &catalog);
        refused += usize::from(!refusals.is_empty());
        for refusal in refusals {
            assert!(!refusal.contains(SECRET), "{refusal}\n{text}");
        }
    }
    assert!((1_000..4_000).contains(&refused), "the edits are too coarse or too fine to tell anything: {refused}");
}
