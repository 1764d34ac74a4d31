//! Answers that are damaged, heavy or deep.

use super::{LAST, LOCATOR, accounts, answer, page, run, salesforce};
use crate::{plan::ReadPlan, provider::damage};

const WHOLE: &str = r#"{"totalSize":3,"done":false,"nextRecordsUrl":"/services/data/v60.0/query/01gRO0000016PIAYA2-2","records":[
{"attributes":{"type":"Account","url":"/services/data/v60.0/sobjects/Account/001000000000001AAA"},"Id":"001000000000001AAA","Name":"M\u00e4x",
"Owner":{"attributes":{"type":"User"},"Name":"Una"},"Amount__c":9007199254740993,"SystemModstamp":"2026-01-02T03:04:05.000+0000","IsDeleted":false,
"Contacts":{"totalSize":1,"done":true,"records":[{"Id":"003000000000001AAA"}]}},
{"attributes":null,"Id":"001000000000002AAA","Name":null,"Owner":null,"SystemModstamp":"2026-01-02T03:04:05.000+0530","Contacts":null}]}"#;

#[test]
fn damaged_answers_never_do_worse_than_fail() {
    let plan = ReadPlan { associations: vec!["Contacts".to_owned()], deletes: true, ..accounts() };
    let salesforce = salesforce();
    damage::check(WHOLE, 20_000, |response| salesforce.page(&plan, &run(None, None), response).map(|page| page.records));
    damage::check(WHOLE, 5_000, |response| salesforce.records(&plan, response));
}

#[test]
fn damaged_descriptions_and_refusals_never_do_worse_than_fail() {
    let described = r#"{"fields":[{"name":"Id","label":"","type":"picklist","picklistValues":[{"value":"a","active":true}],"referenceTo":["X"]}]}"#;
    let refusal = r#"[{"errorCode":"REQUEST_LIMIT_EXCEEDED","message":"TotalRequests","fields":["a"]}]"#;
    let salesforce = salesforce();
    for end in 0..described.len() {
        assert!(salesforce.fields(&answer(200, &[], &described[..end])).is_err());
    }
    for end in 0..refusal.len() {
        assert!(salesforce.fields(&answer(403, &[], &refusal[..end])).is_err());
    }
}

#[test]
fn heavy_and_deep_values_are_passed_on_untouched() {
    for value in damage::heavy() {
        let record = format!(r#"{{"Id":"{LAST}","Name":{value}}}"#);
        let whole = format!(r#"{{"totalSize":1,"done":true,"records":[{record}]}}"#);
        let page = page(&run(None, None), &whole).unwrap();
        assert!(page.records[0].raw == record && page.records[0].fields[1].1 == value, "a value of {} bytes", value.len());
        let wrong = super::page(&run(None, None), &whole.replace(LAST, "7")).unwrap_err();
        assert!(wrong.message.chars().count() < 700, "{wrong}");
    }
    assert!(LOCATOR.len() < 500);
}
