//! Made-up property values: a pure function of seed, object, record and property, so that a million records need not be stored.

use crate::seed::{CITY, COMPANY, FIRST, GAP_EVERY, LAST, TITLE, ascii, mix, named, pick};

const STAGE: &[&str] = &["subscriber", "lead", "opportunity", "customer"];
const INDUSTRY: &[&str] = &["COMPUTER_SOFTWARE", "BANKING", "CONSTRUCTION", "HOSPITAL_HEALTH_CARE"];
const DEAL_STAGE: &[&str] = &["appointmentscheduled", "qualifiedtobuy", "closedwon", "closedlost"];
const PRIORITY: &[&str] = &["LOW", "MEDIUM", "HIGH"];

/// The value of a property of record `id`, or nothing if such a record has none.
pub(super) fn value(seed: u64, property: &str, id: u64) -> Option<String> {
    let bits = mix(named(seed, property) ^ id);
    let one_of = |words: &[&str]| pick(words, bits).to_owned();
    // Names of one record must agree with each other, so they do not depend on the property.
    let of_record = mix(seed ^ id);
    let name = |words: &[&str], shift: u32| pick(words, of_record >> shift).to_owned();
    Some(match property {
        "phone" | "city" | "jobtitle" if bits.is_multiple_of(GAP_EVERY) => return None,
        "firstname" => name(FIRST, 0),
        "lastname" => name(LAST, 16),
        "email" => format!("{}.{}.{id}@{}.example", ascii(&name(FIRST, 0)), ascii(&name(LAST, 16)), ascii(&name(COMPANY, 32))),
        "company" | "name" => name(COMPANY, 32),
        "domain" => format!("{}-{id}.example", ascii(&name(COMPANY, 32))),
        "phone" => format!("+1 555 {:07}", bits % 10_000_000),
        "city" => one_of(CITY),
        "jobtitle" => one_of(TITLE),
        "lifecyclestage" => one_of(STAGE),
        "industry" => one_of(INDUSTRY),
        "num_notes" => (bits % 40).to_string(),
        "numberofemployees" => (bits % 5_000).to_string(),
        "annualrevenue" | "amount" => format!("{}.{:02}", bits % 1_000_000, (bits >> 32) % 100),
        "dealname" => format!("{} #{id}", name(COMPANY, 32)),
        "dealstage" => one_of(DEAL_STAGE),
        "pipeline" => "default".to_owned(),
        "subject" => format!("Request {id}"),
        "content" => format!("{} asks about {}", name(FIRST, 0), name(COMPANY, 32)),
        "hs_pipeline" => "0".to_owned(),
        "hs_pipeline_stage" => (bits % 4 + 1).to_string(),
        "hs_ticket_priority" => one_of(PRIORITY),
        extra if extra.starts_with("extra_") => format!("{extra} of {id}: {bits:016x}"),
        _ => return None,
    })
}

/// The values to choose from, of a property that has such.
pub(super) fn options(property: &str) -> &'static [&'static str] {
    match property {
        "lifecyclestage" => STAGE,
        "industry" => INDUSTRY,
        "dealstage" => DEAL_STAGE,
        "hs_ticket_priority" => PRIORITY,
        _ => &[],
    }
}
