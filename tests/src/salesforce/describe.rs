//! Objects and fields as Salesforce describes them.

use serde_json::{Value, json};

use super::{
    org::Org,
    schema::{Access, Entity, Field, Kind, label},
};

/// What the list of objects says of each.
pub(super) fn brief(entity: &Entity, version: &str) -> Value {
    let url = format!("/services/data/{version}/sobjects/{}", entity.name);
    json!({
        "activateable": false, "createable": true, "custom": entity.is_custom(), "customSetting": false, "deletable": entity.name != "User",
        "deprecatedAndHidden": false, "feedEnabled": true, "hasSubtypes": false, "isSubtype": false,
        "keyPrefix": String::from_utf8_lossy(&entity.prefix), "label": entity.label(), "labelPlural": format!("{}s", entity.label()),
        "layoutable": true, "mergeable": false, "mruEnabled": true, "name": entity.name, "queryable": true, "replicateable": true,
        "retrieveable": true, "searchable": true, "triggerable": true, "undeletable": entity.name != "User", "updateable": true,
        "urls": {"sobject": url, "describe": format!("{url}/describe"), "rowTemplate": format!("{url}/{{ID}}")},
    })
}

/// All that there is to know of an object.
pub(super) fn whole(org: &Org, entity: &Entity, version: &str) -> Value {
    let mut whole = brief(entity, version);
    whole["fields"] = Value::from_iter(entity.fields.iter().map(field));
    let children = entity.children.iter().map(|children| {
        json!({
            "cascadeDelete": false, "childSObject": children.entity, "deprecatedAndHidden": false, "field": children.field,
            "junctionIdListNames": [], "junctionReferenceTo": [], "relationshipName": children.relationship, "restrictedDelete": false,
        })
    });
    whole["childRelationships"] =
        children.filter(|child| child["childSObject"].as_str().is_some_and(|name| org.find(name).is_some())).collect();
    whole["recordTypeInfos"] = json!([]);
    whole
}

fn field(field: &Field) -> Value {
    let kind = field.kind;
    let is_writable = field.access != Access::ReadOnly;
    let (reference_to, relationship) = match kind {
        Kind::Reference { to, relationship } => (vec![to], Some(relationship)),
        _ => (Vec::new(), None),
    };
    let choices = match kind {
        Kind::Picklist(choices) | Kind::Multipicklist(choices) => choices,
        _ => &[],
    };
    let choice = |value: &&str| json!({"active": true, "defaultValue": false, "label": value, "validFor": null, "value": value});
    let default = if kind == Kind::Boolean { Value::Bool(false) } else { Value::Null };
    json!({
        "aggregatable": kind.is_filterable(), "autoNumber": false, "byteLength": length(kind) * 3, "calculated": false,
        "calculatedFormula": null, "caseSensitive": false, "compoundFieldName": field.part_of.map(|(compound, _)| compound),
        "createable": is_writable, "custom": field.is_custom(), "defaultValue": default, "defaultedOnCreate": kind == Kind::Boolean,
        "dependentPicklist": false, "deprecatedAndHidden": false, "digits": if kind == Kind::Whole { 9 } else { 0 },
        "externalId": false, "filterable": kind.is_filterable(), "groupable": kind.is_filterable() && !kind.is_number(),
        "idLookup": matches!(field.name.as_str(), "Id" | "Email" | "Name"), "inlineHelpText": null, "label": label(&field.name),
        "length": length(kind), "name": field.name, "nameField": field.name == "Name", "nillable": field.is_nillable(),
        "permissionable": is_writable, "picklistValues": choices.iter().map(choice).collect::<Vec<_>>(),
        "polymorphicForeignKey": false, "precision": if kind.is_number() { 18 } else { 0 }, "referenceTo": reference_to,
        "relationshipName": relationship, "restrictedPicklist": false, "scale": if kind == Kind::Currency { 2 } else { 0 },
        "soapType": soap_type(kind), "sortable": kind.is_sortable(), "type": kind.name(), "unique": false,
        "updateable": is_writable,
    })
}

fn length(kind: Kind) -> u32 {
    match kind {
        Kind::Id | Kind::Reference { .. } => 18,
        Kind::Text | Kind::Url | Kind::Picklist(_) => 255,
        Kind::Multipicklist(_) => 4_099,
        Kind::LongText => 32_000,
        Kind::Email => 80,
        Kind::Phone => 40,
        _ => 0,
    }
}

fn soap_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Id | Kind::Reference { .. } => "tns:ID",
        Kind::Boolean => "xsd:boolean",
        Kind::Whole => "xsd:int",
        Kind::Number | Kind::Currency | Kind::Percent => "xsd:double",
        Kind::Date => "xsd:date",
        Kind::Instant => "xsd:dateTime",
        Kind::Address => "urn:address",
        _ => "xsd:string",
    }
}
