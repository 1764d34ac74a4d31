//! Names as the 2023 manifests write them, beside the providers' own spellings.

/// A name without case and punctuation: `line_item`, `line-item` and `lineItem` are one.
pub(crate) fn squash(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// `StageName` and `stage_name` to `stageName`; the names of Salesforce's custom fields (`Tier__c`) stay as they are.
pub(crate) fn camel_case(name: &str) -> String {
    if name.ends_with("__c") || name.ends_with("__r") {
        return name.to_owned();
    }
    let mut camel = String::with_capacity(name.len());
    for word in name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
        let mut letters = word.chars();
        let first = letters.next().into_iter();
        if camel.is_empty() {
            // A run of capitals is an abbreviation: `ID` to `id`, `AccountId` to `accountId`.
            let is_abbreviation = word.chars().all(|c| !c.is_lowercase());
            camel.extend(first.flat_map(char::to_lowercase));
            match is_abbreviation {
                true => camel.extend(letters.flat_map(char::to_lowercase)),
                false => camel.extend(letters),
            }
        } else {
            camel.extend(first.flat_map(char::to_uppercase).chain(letters));
        }
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::{camel_case, squash};

    #[test]
    fn spellings_of_one_name_meet() {
        let rows = [
            ("StageName", "stageName", "stagename"),
            ("stageName", "stageName", "stagename"),
            ("line_item", "lineItem", "lineitem"),
            ("line-item", "lineItem", "lineitem"),
            ("ContractLineItem", "contractLineItem", "contractlineitem"),
            ("ID", "id", "id"),
            ("Id", "id", "id"),
            ("AccountId", "accountId", "accountid"),
            ("hs_lead_status", "hsLeadStatus", "hsleadstatus"),
            ("firstname", "firstname", "firstname"),
            ("Tier__c", "Tier__c", "tierc"),
            ("", "", ""),
        ];
        for (name, camel, squashed) in rows {
            assert_eq!((camel_case(name).as_str(), squash(name).as_str()), (camel, squashed), "{name}");
        }
    }
}
