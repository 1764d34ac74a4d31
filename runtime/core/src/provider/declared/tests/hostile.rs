//! Mutated answers and mutated files: whatever comes, nothing panics, everything ends, and what is asked stays an address.

use bytes::Bytes;
use http::Response;

use super::{asked, check, fixtures::all, plan, run};
use crate::{
    cursor::Run,
    provider::{Catalog, Provider, catalog::SHIPPED},
};

/// A small generator (SplitMix64): the seed in the message reproduces a failure.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end.max(1) as u64).unwrap()
    }
}

/// Pieces that break things.
const PIECES: [&str; 22] = [
    "null",
    "{}",
    "[]",
    "\"\"",
    "-1",
    "1e999",
    "99999999999999999999999",
    "true",
    "\"../../x\"",
    "\"//evil.example\"",
    "{{.object}}",
    "\u{0}",
    "\"\\ud800\"",
    "[[[[[[",
    "{\"a\":{\"a\":",
    ": ",
    "- ",
    "&a [*a]",
    "'",
    "\"https://evil.example/x\"",
    "💥",
    "\n\n  ",
];

fn mutated(source: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = source.to_vec();
    for _ in 0..=chance.below(3) {
        let at = chance.below(bytes.len() + 1);
        let end = (at + chance.below(24)).min(bytes.len());
        match chance.below(5) {
            0 => bytes.truncate(at),
            1 => drop(bytes.splice(at..end, PIECES[chance.below(PIECES.len())].bytes())),
            2 => drop(bytes.drain(at..end)),
            3 => bytes.iter_mut().skip(at).take(1).for_each(|byte| *byte ^= 1 << chance.below(7)),
            _ => {
                let piece = bytes[at..end].to_vec();
                drop(bytes.splice(at..at, piece));
            }
        }
    }
    bytes
}

/// Asks and reads a few pages of each object; every request stays beneath the base URL.
fn use_up(provider: &dyn Provider, object: &str, answers: &[Vec<u8>], seed: u64) {
    let plan = plan(object, Some("acme"));
    let mut run = run(Some("2026-01-02T03:04:05Z"), Some("2026-02-02T03:04:05Z"));
    for body in answers {
        let request = provider.request(&plan, &run);
        let shown = asked(&request);
        assert!(request.uri().host().is_none() && request.uri().path().starts_with('/'), "seed {seed}: {shown}");
        assert!(!request.uri().path().starts_with("//"), "seed {seed}: {shown}");
        let response = Response::new(Bytes::copy_from_slice(body));
        match provider.page(&plan, &run, &response) {
            Ok(page) => {
                let whole = response.body().as_ptr_range();
                for record in &page.records {
                    assert!(!record.id.is_empty() && whole.contains(&record.raw.as_ptr()), "seed {seed}");
                }
                run = Run { position: page.next, ..run };
            }
            Err(error) => assert!(error.message.chars().count() < 1_500, "seed {seed}: {error}"),
        }
    }
    let _ = provider.records_request(&plan, &["..".to_owned()]);
    let _ = provider.records(&plan, &Response::new(Bytes::copy_from_slice(&answers[0])));
    let _ = provider.fields(&Response::new(Bytes::copy_from_slice(&answers[0])));
}

#[test]
fn mutated_answers_are_read_or_refused() {
    let catalog = Catalog::built_in();
    for (name, fixture) in all() {
        let provider = catalog.get(name).unwrap();
        for (place, scenario) in fixture.scenarios.iter().enumerate() {
            for seed in 0..150 {
                let mut chance = Chance(seed * 1_000 + place as u64);
                let body = |exchange: &super::fixtures::Exchange| mutated(exchange.answer.get().as_bytes(), &mut chance);
                let answers: Vec<Vec<u8>> = scenario.exchanges.iter().map(body).collect();
                use_up(provider.as_ref(), &scenario.object, &answers, seed);
            }
        }
    }
}

#[test]
fn a_record_of_ten_megabytes_is_only_sliced() {
    let catalog = Catalog::built_in();
    let provider = catalog.get("stripe").unwrap();
    let body = format!(r#"{{"data":[{{"id":"cus_1","blob":"{}"}}],"has_more":false}}"#, "x".repeat(10 << 20));
    let response = Response::new(Bytes::from(body));
    let page = provider.page(&plan("customers", None), &run(None, None), &response).unwrap();
    assert!(page.records[0].raw.len() > 10 << 20);
}

#[test]
fn mutated_files_are_read_or_refused_and_what_they_declare_is_safe_to_use() {
    let mut declared = 0;
    for (file, source) in SHIPPED {
        for seed in 0..100 {
            let mut chance = Chance(seed);
            let checked = check(&mutated(source.as_bytes(), &mut chance));
            assert!(checked.provider.is_some() || !checked.issues.is_empty(), "{file}, seed {seed}");
            let Some(provider) = checked.provider else { continue };
            declared += 1;
            let objects: Vec<String> = provider.objects().unwrap_or_else(|| vec!["x"]).into_iter().map(str::to_owned).collect();
            for object in objects {
                let answers = [br#"{"data":[{"id":1}],"has_more":true}"#.to_vec(), b"[]".to_vec()];
                use_up(provider.as_ref(), &object, &answers, seed);
            }
        }
    }
    assert!(declared > 50, "the mutations are too coarse to tell anything: {declared}");
}
