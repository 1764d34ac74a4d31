//! Made-up property values: a pure function of seed, object, record and property, so that a million records need not be stored.

const FIRST: &[&str] = &["Ada", "Grace", "Linus", "Zoë", "José", "Mei", "Olu", "Søren", "Anna-Lena", "Priya"];
const LAST: &[&str] = &["Nguyen", "O'Neill", "Müller", "García", "Okafor", "Smith", "de Vries", "Tanaka", "Åström", "Hopper"];
const COMPANY: &[&str] =
    &["Northwind", "Acme", "Globex", "Initech", "Umbrella", "Hooli", "Stark", "Wayne", "Tyrell", "Cyberdyne"];
const CITY: &[&str] = &["Lagos", "Zürich", "São Paulo", "Kyoto", "Boston", "Pune", "Oslo", "Lyon"];
const TITLE: &[&str] = &["Engineer", "Head of Sales", "Founder", "Buyer", "Support \"Hero\"", "CFO"];
const STAGE: &[&str] = &["subscriber", "lead", "opportunity", "customer"];
const INDUSTRY: &[&str] = &["COMPUTER_SOFTWARE", "BANKING", "CONSTRUCTION", "HOSPITAL_HEALTH_CARE"];
const DEAL_STAGE: &[&str] = &["appointmentscheduled", "qualifiedtobuy", "closedwon", "closedlost"];
const PRIORITY: &[&str] = &["LOW", "MEDIUM", "HIGH"];
/// One record in this many lacks its phone, city and job title: nulls must be met early.
const GAP_EVERY: u64 = 7;

/// Sebastiano Vigna's SplitMix64 step: well-mixed bits from any counter.
pub(super) fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// The value of a property of record `id`, or nothing if such a record has none.
pub(super) fn value(seed: u64, property: &str, id: u64) -> Option<String> {
    let salt = property.bytes().fold(seed, |hash, byte| mix(hash ^ u64::from(byte)));
    let bits = mix(salt ^ id);
    let pick = |list: &[&str]| list[usize::try_from(bits % list.len() as u64).unwrap_or_default()].to_owned();
    // Names of one record must agree with each other, so they do not depend on the property.
    let of_record = mix(seed ^ id);
    let name = |list: &[&str], shift: u32| {
        list[usize::try_from((of_record >> shift) % list.len() as u64).unwrap_or_default()].to_owned()
    };
    let ascii = |text: String| text.chars().filter(char::is_ascii_alphabetic).collect::<String>().to_lowercase();
    Some(match property {
        "phone" | "city" | "jobtitle" if bits.is_multiple_of(GAP_EVERY) => return None,
        "firstname" => name(FIRST, 0),
        "lastname" => name(LAST, 16),
        "email" => format!("{}.{}.{id}@{}.example", ascii(name(FIRST, 0)), ascii(name(LAST, 16)), ascii(name(COMPANY, 32))),
        "company" | "name" => name(COMPANY, 32),
        "domain" => format!("{}-{id}.example", ascii(name(COMPANY, 32))),
        "phone" => format!("+1 555 {:07}", bits % 10_000_000),
        "city" => pick(CITY),
        "jobtitle" => pick(TITLE),
        "lifecyclestage" => pick(STAGE),
        "industry" => pick(INDUSTRY),
        "num_notes" => (bits % 40).to_string(),
        "numberofemployees" => (bits % 5_000).to_string(),
        "annualrevenue" | "amount" => format!("{}.{:02}", bits % 1_000_000, (bits >> 32) % 100),
        "dealname" => format!("{} #{id}", name(COMPANY, 32)),
        "dealstage" => pick(DEAL_STAGE),
        "pipeline" => "default".to_owned(),
        "subject" => format!("Request {id}"),
        "content" => format!("{} asks about {}", name(FIRST, 0), name(COMPANY, 32)),
        "hs_pipeline" => "0".to_owned(),
        "hs_pipeline_stage" => (bits % 4 + 1).to_string(),
        "hs_ticket_priority" => pick(PRIORITY),
        extra if extra.starts_with("extra_") => format!("{extra} of {id}: {bits:016x}"),
        _ => return None,
    })
}

/// A text of exactly `bytes` bytes.
pub(super) fn large_text(id: u64, bytes: usize) -> String {
    let unit = format!("large text of {id}. ");
    unit.chars().cycle().take(bytes).collect()
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
