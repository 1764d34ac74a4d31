//! The objects that an account made, as HubSpot's schemas describe them.

use bytes::Bytes;
use serde::Deserialize;

use crate::provider::{CustomObject, ReadError, piece::parse};

/// Most schemas of one answer that are kept; an account may have a few dozen.
const SCHEMAS_MAX: usize = 1_000;

#[derive(Deserialize)]
struct Schemas {
    results: Vec<Schema>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    object_type_id: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    fully_qualified_name: Option<String>,
}

/// Each object by its type id, its own name (`car`), the short form of that (`p_car`) and the full name (`p4711_car`).
pub(super) fn custom_objects(body: &Bytes) -> Result<Vec<CustomObject>, ReadError> {
    let Schemas { results } = parse(body)?;
    let object = |Schema { object_type_id, name, fully_qualified_name }: Schema| {
        let short = name.as_ref().map(|name| format!("p_{name}"));
        CustomObject { id: object_type_id, names: [name, short, fully_qualified_name].into_iter().flatten().collect() }
    };
    Ok(results.into_iter().take(SCHEMAS_MAX).map(object).collect())
}
