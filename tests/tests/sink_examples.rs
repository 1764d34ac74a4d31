//! The example sinks: their own unit tests run, and the harness tries each with the example's cases.
//!
//! Nothing here is a double but the harness's other sides: npm, pip and the componentizers do what they do at a newcomer's. Where a
//! language's tools are missing its example is skipped loudly, and fails with `CI=true`.

use std::path::Path;

use ampline_sink_kit::Language;
use ampline_sink_test::Harness;
use ampline_tests::{components::example, guests::S3_NDJSON, requirement::require};

fn check(example: &str, harness: Harness) {
    let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples").join(example).join("cases");
    ampline_sink_test::run(harness.cases(cases)).unwrap().assert_passed();
}

#[test]
fn ndjson_on_s3_in_rust() {
    check("s3-ndjson", Harness::of_bytes("s3-ndjson", S3_NDJSON));
}

#[test]
fn chat_cards_in_javascript() {
    let built = example("chat-cards", Language::JavaScript);
    let Some(built) = require("chat_cards_in_javascript", "Node.js with npm", built) else { return };
    check("chat-cards", Harness::of(built));
}

#[test]
fn a_search_index_in_python() {
    let built = example("search-index", Language::Python);
    let Some(built) = require("a_search_index_in_python", "Python 3 with venv", built) else { return };
    check("search-index", Harness::of(built));
}
