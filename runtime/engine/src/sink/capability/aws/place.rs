//! Where a destination of AWS is, read from its configuration.

use serde_json::Value;

use super::super::failure;
use crate::sink::wasm::bindings::ampline::sink::types::{Failure, FailureClass};

/// Bytes of a KiB.
const KIB: usize = 1 << 10;
/// What every stream takes.
const RECORD_KIB_DEFAULT: u64 = 1_024;
/// What a stream can be set to take (`MaxRecordSizeInKiB`).
const RECORD_KIB_MAX: u64 = 10_240;

/// A bucket or a stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in super::super) struct Place {
    /// `bucket` or `stream`.
    pub(in super::super) kind: &'static str,
    pub(in super::super) name: String,
    pub(in super::super) region: String,
    /// In place of Amazon's own.
    pub(in super::super) endpoint: Option<String>,
    /// Most bytes of a record with its partition key; streams only.
    pub(in super::super) record_bytes_max: usize,
}

impl Place {
    /// From `bucket`, `region` and `endpointUrl`.
    pub(super) fn bucket(config: &Value) -> Result<Self, Failure> {
        Self::read(config, "bucket", ["bucket"], ["region"], ["endpointUrl"])
    }

    /// From `streamName`, `region`, `endpointUrl` and `maxRecordKiB`; the first three also with the prefix of the older form.
    pub(super) fn stream(config: &Value) -> Result<Self, Failure> {
        let (region, endpoint) = (["region", "kinesisRegion"], ["endpointUrl", "kinesisEndpointUrl"]);
        Self::read(config, "stream", ["streamName", "kinesisStreamName"], region, endpoint)
    }

    fn read<const N: usize>(
        config: &Value,
        kind: &'static str,
        name: [&str; N],
        region: [&str; N],
        endpoint: [&str; N],
    ) -> Result<Self, Failure> {
        let text =
            |names: [&str; N]| names.into_iter().find_map(|name| config.get(name)?.as_str()).filter(|text| !text.is_empty());
        let required = |names: [&str; N]| {
            let missing = || failure(FailureClass::Blocked, "aws.config", format!("the destination has no {}", names[0]));
            text(names).map(str::to_owned).ok_or_else(missing)
        };
        let record_kib = config.get("maxRecordKiB").and_then(Value::as_u64).unwrap_or(RECORD_KIB_DEFAULT).min(RECORD_KIB_MAX);
        Ok(Self {
            kind,
            name: required(name)?,
            region: required(region)?,
            endpoint: text(endpoint).map(str::to_owned),
            record_bytes_max: usize::try_from(record_kib).map_or(KIB, |kib| kib * KIB),
        })
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {:?} in {}", self.kind, self.name, self.region)?;
        self.endpoint.as_ref().map_or(Ok(()), |endpoint| write!(f, " at {endpoint}"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(place: Result<Place, Failure>) -> String {
        place.map_or_else(|failure| failure.message, |place| format!("{place}, {}", place.record_bytes_max))
    }

    #[test]
    fn both_spellings_lead_to_the_same_place() {
        for (config, expected) in [
            (json!({"streamName": "s", "region": "eu-west-1"}), "stream \"s\" in eu-west-1, 1048576"),
            (
                json!({"kinesisStreamName": "s", "kinesisRegion": "eu-west-1", "kinesisEndpointUrl": "https://k", "maxRecordKiB": 2048}),
                "stream \"s\" in eu-west-1 at https://k, 2097152",
            ),
            (json!({"streamName": "", "region": "r"}), "the destination has no streamName"),
            (json!({"streamName": "s", "kinesisRegion": 1}), "the destination has no region"),
            (json!([]), "the destination has no streamName"),
        ] {
            assert_eq!(told(Place::stream(&config)), expected, "{config}");
        }
        assert_eq!(told(Place::bucket(&json!({"bucket": "b", "region": "r"}))), "bucket \"b\" in r, 1048576");
        assert_eq!(told(Place::bucket(&json!({"bucket": "b"}))), "the destination has no region");
    }
}
