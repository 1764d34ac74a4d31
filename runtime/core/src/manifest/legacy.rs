//! Names in the form of 2023. It writes the provider's names in camelCase (HubSpot's `line_items` as `lineItem`, Salesforce's
//! `FirstName` as `firstName`); requests need the provider's own.
//!
//! Salesforce matches names without regard to case, so they stay as they are written. HubSpot's are lower-case: objects are known
//! by a table of singulars, fields by a table of those with underscores, else written together as most of its standard properties
//! are (`firstName` → `firstname`). Properties that customers or products made get underscores (`myScore` → `my_score`), as
//! HubSpot itself makes them from labels. Names without capitals and hyphens are never changed.

/// HubSpot's objects, singular and as its API calls them.
const HUBSPOT_OBJECTS: [(&str, &str); 13] = [
    ("call", "calls"),
    ("company", "companies"),
    ("contact", "contacts"),
    ("conversation", "conversations"),
    ("deal", "deals"),
    ("email", "emails"),
    ("line_item", "line_items"),
    ("meeting", "meetings"),
    ("note", "notes"),
    ("product", "products"),
    ("quote", "quotes"),
    ("task", "tasks"),
    ("ticket", "tickets"),
];

/// Standard properties of HubSpot that contain underscores in other places than between words, or do not begin with `hs_`.
const HUBSPOT_FIELDS: [&str; 43] = [
    "amount_in_home_currency",
    "closed_lost_reason",
    "closed_won_reason",
    "company_size",
    "date_of_birth",
    "days_to_close",
    "deal_currency_code",
    "facebook_company_page",
    "field_of_study",
    "first_conversion_date",
    "first_conversion_event_name",
    "first_deal_created_date",
    "founded_year",
    "graduation_date",
    "hs_createdate",
    "hs_lastmodifieddate",
    "hubspot_owner_assigneddate",
    "hubspot_owner_id",
    "hubspot_team_id",
    "ip_city",
    "ip_country",
    "ip_state",
    "is_public",
    "job_function",
    "last_reply_date",
    "linkedin_company_page",
    "marital_status",
    "notes_last_contacted",
    "notes_last_updated",
    "notes_next_activity_date",
    "num_associated_contacts",
    "num_associated_deals",
    "num_contacted_notes",
    "num_conversion_events",
    "num_notes",
    "recent_conversion_date",
    "recent_deal_amount",
    "recent_deal_close_date",
    "source_type",
    "start_date",
    "total_money_raised",
    "total_revenue",
    "work_email",
];

/// How a part of the file writes the provider's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// As the provider does, or so that it does not matter.
    AsProvider,
    /// In camelCase, for HubSpot.
    HubSpotCamelCase,
}

impl Naming {
    /// How the form of 2023 writes a provider's names.
    pub(super) fn of_2023(provider: &str) -> Self {
        if provider.eq_ignore_ascii_case("hubspot") { Self::HubSpotCamelCase } else { Self::AsProvider }
    }

    pub(super) fn object(self, name: &str) -> String {
        if self == Self::AsProvider {
            return name.to_owned();
        }
        let name = snake_case(name);
        HUBSPOT_OBJECTS.iter().find(|(singular, _)| *singular == name).map_or(name, |(_, plural)| (*plural).to_owned())
    }

    /// A field that the provider has in every account.
    pub(super) fn field(self, name: &str) -> String {
        if self == Self::AsProvider || !is_camel_case(name) {
            return name.to_owned();
        }
        let together = name.to_lowercase();
        if let Some(field) = HUBSPOT_FIELDS.iter().find(|field| field.replace('_', "") == together) {
            return (*field).to_owned();
        }
        let is_own = name.strip_prefix("hs").is_some_and(|rest| rest.starts_with(|char: char| char.is_ascii_uppercase()));
        if is_own { snake_case(name) } else { together }
    }

    /// A field that a customer or a product made.
    pub(super) fn custom_field(self, name: &str) -> String {
        if self == Self::AsProvider || !is_camel_case(name) { name.to_owned() } else { snake_case(name) }
    }
}

/// Paths are the provider's own spelling.
fn is_camel_case(name: &str) -> bool {
    !name.starts_with(['$', '[']) && name.contains(|char: char| char.is_ascii_uppercase() || char == '-')
}

fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for char in name.chars() {
        if char.is_ascii_uppercase() && !snake.is_empty() && !snake.ends_with('_') {
            snake.push('_');
        }
        snake.push(if char == '-' { '_' } else { char.to_ascii_lowercase() });
    }
    snake
}

/// A provider's name as the bodies of 2023 write it: `FirstName` and `first_name` as `firstName`. Names of Salesforce's custom
/// fields (`Score__c`) stay as they are.
pub fn camel_case(name: &str) -> String {
    if name.contains("__") {
        return name.to_owned();
    }
    let shouts = !name.contains(|char: char| char.is_ascii_lowercase());
    let mut camel = String::with_capacity(name.len());
    let mut at_word = false;
    for char in name.chars() {
        match char {
            '_' | '-' => at_word = !camel.is_empty(),
            _ if at_word => {
                camel.push(char.to_ascii_uppercase());
                at_word = false;
            }
            _ if camel.is_empty() || shouts => camel.push(char.to_ascii_lowercase()),
            _ => camel.push(char),
        }
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::{HUBSPOT_FIELDS, Naming, camel_case};

    #[test]
    fn names_become_the_providers() {
        let hubspot = Naming::of_2023("hubspot");
        for (written, meant) in [
            ("lineItem", "line_items"),
            ("line-item", "line_items"),
            ("contact", "contacts"),
            ("contacts", "contacts"),
            ("feedbackSubmission", "feedback_submission"),
            ("p123_car", "p123_car"),
        ] {
            assert_eq!(hubspot.object(written), meant);
        }
        for (written, meant) in [
            ("firstName", "firstname"),
            ("hsObjectId", "hs_object_id"),
            ("hsLastModifiedDate", "hs_lastmodifieddate"),
            ("numAssociatedContacts", "num_associated_contacts"),
            ("hubspotOwnerId", "hubspot_owner_id"),
            ("hs_object_id", "hs_object_id"),
            ("email", "email"),
            ("$['A']['b']", "$['A']['b']"),
        ] {
            assert_eq!(hubspot.field(written), meant);
        }
        assert_eq!(hubspot.custom_field("myAppScore"), "my_app_score");
        assert_eq!(Naming::of_2023("salesforce").object("contractLineItem"), "contractLineItem");
        assert_eq!(Naming::of_2023("salesforce").field("firstName"), "firstName");
    }

    #[test]
    fn names_become_camel_case() {
        for (written, meant) in [
            ("FirstName", "firstName"),
            ("firstname", "firstname"),
            ("hs_object_id", "hsObjectId"),
            ("line-item", "lineItem"),
            ("ID", "id"),
            ("NumberOfEmployees", "numberOfEmployees"),
            ("Score__c", "Score__c"),
            ("_x", "x"),
            ("", ""),
        ] {
            assert_eq!(camel_case(written), meant);
        }
        for field in HUBSPOT_FIELDS {
            assert_eq!(Naming::of_2023("hubspot").field(&camel_case(field)), field);
        }
    }
}
