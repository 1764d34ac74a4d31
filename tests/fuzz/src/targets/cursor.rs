//! A cursor as the store gives it: refused, or read, asked on with by every provider, and written as it was.

use ampline_core::{
    cursor::{OVERLAP_DEFAULT, PageGuard, ReadCursor},
    manifest::Backfill,
    plan::ReadPlan,
    provider::ProviderPage,
};
use bytes::Bytes;
use http::Response;

use super::{
    answers::PLANS,
    stage::{CATALOG, NOW, judge_request},
};

pub(super) fn run(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let cursor = match ReadCursor::parse(Some(text)) {
        Ok(cursor) => cursor,
        Err(error) => return assert!(!error.to_string().is_empty()),
    };
    assert_eq!(ReadCursor::parse(Some(&cursor.to_text())).as_ref(), Ok(&cursor), "{text}");
    let started = cursor.start_run(Backfill::Days(u32::MAX), NOW, OVERLAP_DEFAULT);
    let mut provider = "";
    for plan in PLANS.iter() {
        // One plan of each provider will do.
        if plan.context.provider != provider {
            provider = &plan.context.provider;
            go_on(plan, &started);
        }
    }
    let ended = started.clone().after_page(&ProviderPage::default(), OVERLAP_DEFAULT).complete();
    assert_eq!(ended.watermark, started.run.map(|run| run.started_at));
    assert!(started.watermark.is_none_or(|_| ended.run.is_none()));
    let _ = ended.start_run(Backfill::None, NOW, OVERLAP_DEFAULT).restarted();
}

/// Asks for the page that the position names.
fn go_on(plan: &ReadPlan, cursor: &ReadCursor) {
    let (Some(provider), Some(run)) = (CATALOG.get(&plan.context.provider), &cursor.run) else { return };
    judge_request(&provider.request(plan, run));
    provider.count_request(plan, run).iter().for_each(judge_request);
    for body in ["{}", r#"{"results":[],"records":[],"totalSize":0,"done":true,"data":[],"has_more":false}"#] {
        if let Ok(page) = provider.page(plan, run, &Response::new(Bytes::from_static(body.as_bytes()))) {
            let _ = PageGuard::default().check(run.position.as_deref(), &page);
            let _ = cursor.clone().after_page(&page, OVERLAP_DEFAULT);
        }
    }
}
