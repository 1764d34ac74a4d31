//! Any bytes as a provider's file: refused with places, or a provider that is safe to ask with whatever answers.
//!
//! The parts: the file; answers as in the target `answers`.

use ampline_core::{
    cursor::{OVERLAP_DEFAULT, PageGuard, ReadCursor},
    manifest::{Backfill, Severity},
    plan::ObjectConfig,
    provider::{Provider, check_provider, fill},
};

use super::{
    answers::answer,
    manifest::judge,
    messages, parts,
    stage::{CATALOG, NOW, judge_request, read_plan},
};

/// Objects of a file that are read.
const OBJECTS: usize = 3;

pub(super) fn run(data: &[u8]) {
    let mut parts = parts(data);
    let source = parts.next().unwrap_or_default();
    let checked = check_provider(source);
    let is_refused = checked.issues.iter().any(|issue| issue.severity == Severity::Error);
    assert_eq!(checked.provider.is_some(), !is_refused, "{:#?}", checked.issues);
    checked.issues.iter().for_each(|issue| judge(issue, source));
    let mut catalog = CATALOG.clone();
    assert_eq!(catalog.add(source).is_ok(), !is_refused);
    let Some(provider) = checked.provider else { return };
    let _ = fill(&provider.info().base_url, |_| Some("acme".to_owned()));
    provider.health_request().iter().for_each(judge_request);
    let answers: Vec<&[u8]> = parts.take(8).collect();
    let objects: Vec<String> =
        provider.objects().unwrap_or_else(|| vec!["x", "..%2F/ü"]).into_iter().map(str::to_owned).collect();
    for object in objects.iter().take(OBJECTS) {
        read(provider.as_ref(), object, &answers);
    }
}

/// Reads one object to the end of the answers.
fn read(provider: &dyn Provider, object: &str, answers: &[&[u8]]) {
    let config = ObjectConfig { deletes: Some(true), ..ObjectConfig::default() };
    let Some(plan) = read_plan(&provider.info().name, object, config) else { return };
    provider.fields_request(object).iter().for_each(judge_request);
    provider.records_request(&plan, &["..".to_owned(), "a/b?c#d".to_owned()]).iter().for_each(judge_request);
    let (mut cursor, mut guard) =
        (ReadCursor::default().start_run(Backfill::Days(30), NOW, OVERLAP_DEFAULT), PageGuard::default());
    for part in answers {
        let Some(run) = &cursor.run else { return };
        judge_request(&provider.request(&plan, run));
        let response = answer(provider, part);
        let _ = provider.records(&plan, &response);
        let _ = provider.fields(&response);
        let Ok(page) = provider.page(&plan, run, &response) else { return };
        if guard.check(run.position.as_deref(), &page).is_err() {
            return;
        }
        messages::judge(&plan, &page.records);
        let after = cursor.after_page(&page, OVERLAP_DEFAULT);
        cursor = if page.next.is_none() { after.complete() } else { after };
        assert_eq!(ReadCursor::parse(Some(&cursor.to_text())).as_ref(), Ok(&cursor));
    }
}
