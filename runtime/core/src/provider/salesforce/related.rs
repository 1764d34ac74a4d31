//! Associations: which part of a query asks for them, and what its answer says.
//!
//! A parent is its lookup field, the two sides of a role are its junction, everything else is a child relationship by its own name.
//! Of children Salesforce gives as many as fit its page; those behind `nextRecordsUrl` within a record are asked for apart.

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use smol_str::SmolStr;

use super::name;
use crate::{
    members::Members,
    provider::{Record, piece},
};

/// Lookup fields of standard objects: object, the parent's name, field.
const PARENTS: &[(&str, &str, &str)] = &[
    ("asset", "account", "AccountId"),
    ("asset", "contact", "ContactId"),
    ("case", "account", "AccountId"),
    ("case", "contact", "ContactId"),
    ("contact", "account", "AccountId"),
    ("contract", "account", "AccountId"),
    ("event", "account", "AccountId"),
    ("opportunity", "account", "AccountId"),
    ("opportunity", "campaign", "CampaignId"),
    ("order", "account", "AccountId"),
    ("order", "contract", "ContractId"),
    ("task", "account", "AccountId"),
];

/// How an association is asked for.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Related<'a> {
    /// The lookup field of the record itself.
    Parent(&'static str),
    /// A list of children, by the relationship's name.
    Children(&'a str),
    /// A list of roles, each of which names another record.
    Roles { relationship: &'static str, field: &'static str },
}

impl<'a> Related<'a> {
    /// Nothing where the name can be no relationship.
    pub(super) fn of(object: &str, association: &'a str) -> Option<Self> {
        let (object, wanted) = (object.to_ascii_lowercase(), association.to_ascii_lowercase());
        let singular =
            wanted.strip_suffix("ies").map_or_else(|| wanted.trim_end_matches('s').to_owned(), |stem| format!("{stem}y"));
        if singular == "owner" {
            return Some(Self::Parent("OwnerId"));
        }
        if let Some((_, _, field)) = PARENTS.iter().find(|(child, parent, _)| *child == object && *parent == singular) {
            return Some(Self::Parent(field));
        }
        match (object.as_str(), singular.as_str()) {
            ("opportunity", "contact") => Some(Self::Roles { relationship: "OpportunityContactRoles", field: "ContactId" }),
            ("contact", "opportunity") => Some(Self::Roles { relationship: "OpportunityContactRoles", field: "OpportunityId" }),
            _ => name::is_identifier(association).then_some(Self::Children(association)),
        }
    }

    /// What is selected.
    pub(super) fn selection(&self) -> String {
        match self {
            Self::Parent(field) => (*field).to_owned(),
            Self::Children(relationship) => format!("(SELECT Id FROM {relationship})"),
            Self::Roles { relationship, field } => format!("(SELECT {field},IsPrimary,Role FROM {relationship})"),
        }
    }

    /// The field of the answer that holds it, lower-cased.
    fn answered_in(&self) -> String {
        match self {
            Self::Parent(field) => field.to_ascii_lowercase(),
            Self::Children(relationship) => relationship.to_ascii_lowercase(),
            Self::Roles { relationship, .. } => relationship.to_ascii_lowercase(),
        }
    }

    /// The list of the contract's associations, as JSON, out of a record's fields.
    pub(super) fn list(&self, association: &str, fields: &[(SmolStr, &RawValue)]) -> Option<Bytes> {
        let held = self.answered_in();
        let (_, value) = fields.iter().find(|(name, _)| *name == held)?;
        match self {
            Self::Parent(_) => serde_json::to_vec(&parent(association, value)).ok().map(Bytes::from),
            Self::Children(_) | Self::Roles { .. } => self.list_of(association, &children(value)),
        }
    }

    /// The same out of a further page of children.
    pub(super) fn list_of(&self, association: &str, children: &[&RawValue]) -> Option<Bytes> {
        let (id, is_role) = match self {
            Self::Parent(_) | Self::Children(_) => ("id".to_owned(), false),
            Self::Roles { field, .. } => (field.to_ascii_lowercase(), true),
        };
        let list: Vec<_> = children.iter().filter_map(|child| associated(association, child, &id, is_role)).collect();
        serde_json::to_vec(&list).ok().map(Bytes::from)
    }

    /// Where the rest of a record's children begins, a path or what stands in its place; nothing where all came with it.
    pub(super) fn rest(&self, record: &Record) -> Option<String> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Cut {
            done: bool,
            #[serde(default)]
            next_records_url: Option<String>,
        }
        let held = self.answered_in();
        let (_, value) = record.fields.iter().find(|(name, _)| *name == held).filter(|_| !matches!(self, Self::Parent(_)))?;
        let cut: Cut = serde_json::from_slice(value).ok()?;
        (!cut.done).then(|| cut.next_records_url.unwrap_or_default())
    }
}

/// One entry of the contract's list.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Association<'a> {
    id: String,
    object_name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    provider_association_metadata: Option<Role<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Role<'a> {
    role: Option<&'a RawValue>,
    is_primary: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Children<'a> {
    #[serde(borrow)]
    records: Vec<&'a RawValue>,
}

fn parent<'a>(association: &'a str, value: &RawValue) -> Vec<Association<'a>> {
    let id = piece::text(value).map(|id| id.into_owned());
    id.into_iter().map(|id| Association { id, object_name: association, provider_association_metadata: None }).collect()
}

/// The records of a list of children; a record without children has null in its place.
fn children(value: &RawValue) -> Vec<&RawValue> {
    serde_json::from_str::<Option<Children<'_>>>(value.get()).ok().flatten().map(|list| list.records).unwrap_or_default()
}

fn associated<'a>(association: &'a str, child: &'a RawValue, id: &str, is_role: bool) -> Option<Association<'a>> {
    let Members(members) = serde_json::from_str(child.get()).ok()?;
    let find = |wanted: &str| members.iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| *value);
    let id = piece::text(find(id)?)?.into_owned();
    let role = is_role.then(|| Role { role: find("role"), is_primary: find("isprimary") });
    Some(Association { id, object_name: association, provider_association_metadata: role })
}
