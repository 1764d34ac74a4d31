//! Records as lines: which object they go to, and what each says.

use ampline_sink::{Envelope, messages::Entry};
use serde_json::{Value, json};

/// The lines of a message, each with its newline. Nothing where the message is no JSON object.
pub(crate) fn of(envelope: &Envelope, body: &[u8], entries: &[Entry]) -> Option<Vec<u8>> {
    let message: Value = serde_json::from_slice(body).ok().filter(Value::is_object)?;
    let results = message["result"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut lines = Vec::with_capacity(body.len());
    for (result, entry) in results.iter().zip(entries) {
        let members = |name: &str| result[name].as_object().into_iter().flatten();
        let data: Value =
            members("fields").chain(members("mappedFields")).map(|(name, value)| (name.clone(), value.clone())).collect();
        let line = json!({
            "event": envelope.id,
            "group": envelope.group,
            "id": entry.id,
            "deleted": entry.deleted,
            "modifiedAt": entry.modified_at,
            "data": data,
        });
        lines.extend_from_slice(line.to_string().as_bytes());
        lines.push(b'\n');
    }
    Some(lines)
}

/// Where a message's lines go: `object=contacts/date=2025-10-14`, which query engines read as columns.
pub(crate) fn partition(envelope: &Envelope, metadata: &[(String, String)]) -> String {
    let object = metadata.iter().find(|(name, _)| name == "objectName").map_or("unknown", |(_, value)| value);
    let safe: String = object.chars().map(|c| if c.is_ascii_alphanumeric() || "-_.".contains(c) { c } else { '_' }).collect();
    let (year, month, day) = civil(envelope.occurred_at / 86_400_000);
    format!("object={safe}/date={year:04}-{month:02}-{day:02}")
}

/// The Gregorian date of a day since 1970-01-01 (Howard Hinnant's `civil_from_days`, for days that are not negative).
fn civil(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (era * 400 + year_of_era + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::civil;

    #[test]
    fn days_are_dates() {
        for (days, date) in [
            (0, (1970, 1, 1)),
            (59, (1970, 3, 1)),
            (11_016, (2000, 2, 29)),
            (11_017, (2000, 3, 1)),
            (20_375, (2025, 10, 14)),
            (47_540, (2100, 2, 28)),
            (47_541, (2100, 3, 1)),
        ] {
            assert_eq!(civil(days), date, "{days}");
        }
    }
}
