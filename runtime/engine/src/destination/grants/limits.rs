//! Limits of one destination: below the runtime's, never above them.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{dispatcher::BATCHES_IN_FLIGHT, sink::wasm::Limits};

/// What a destination's sink may use, where that is less than the runtime allows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct DestinationLimits {
    /// Memory of an instance, in MiB.
    #[serde(alias = "memory_mebibytes", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub memory_mebibytes: Option<u32>,
    /// Processor time of a call into the sink; what the host does for it does not count.
    #[serde(alias = "cpu_milliseconds", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub cpu_milliseconds: Option<u32>,
    /// Time that a batch may take all told; requests are given up a little earlier.
    #[serde(alias = "batch_seconds", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub batch_seconds: Option<u32>,
    /// Calls from the sink to the host, for each batch.
    #[serde(alias = "host_calls_per_batch", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub host_calls_per_batch: Option<u32>,
    /// Requests to other sides, for each batch.
    #[serde(alias = "requests_per_batch", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub requests_per_batch: Option<u32>,
    /// Lines logged, for each batch; the rest is left out.
    #[serde(alias = "log_lines_per_batch", skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 0)]
    pub log_lines_per_batch: Option<u32>,
    /// Instances at work at the same time, each with a batch of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, minimum = 1)]
    pub instances: Option<u32>,
}

/// A limit: its name in JSON, its value, and what that may be.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) value: Option<u32>,
    pub(super) least: u32,
    pub(super) most: u32,
}

impl DestinationLimits {
    /// Every limit, with the bounds that the runtime's own leave.
    pub(super) fn rows(&self, most: &Limits) -> [Row; 7] {
        let whole = |number: u128| u32::try_from(number).unwrap_or(u32::MAX);
        let row = |name, value, least, most| Row { name, value, least, most };
        [
            row("memoryMebibytes", self.memory_mebibytes, 1, whole(most.memory_bytes_max as u128 >> 20)),
            row("cpuMilliseconds", self.cpu_milliseconds, 1, whole(most.cpu_per_call_max.as_millis())),
            row("batchSeconds", self.batch_seconds, 1, whole(most.wall_per_call_max.as_secs().into())),
            row("hostCallsPerBatch", self.host_calls_per_batch, 1, most.host_calls_per_batch_max),
            row("requestsPerBatch", self.requests_per_batch, 1, most.requests_per_batch_max),
            row("logLinesPerBatch", self.log_lines_per_batch, 0, most.log_lines_per_batch_max),
            row("instances", self.instances, 1, BATCHES_IN_FLIGHT),
        ]
    }

    /// What a sink may use that has these limits in a runtime that has those.
    pub fn within(&self, most: &Limits) -> Limits {
        let lower = |own: Option<u32>, most: u32| own.map_or(most, |own| own.min(most));
        let shorter = |own: Option<Duration>, most: Duration| own.map_or(most, |own| own.min(most));
        let memory = self.memory_mebibytes.map_or(most.memory_bytes_max, |mebibytes| (mebibytes as usize) << 20);
        Limits {
            memory_bytes_max: memory.min(most.memory_bytes_max),
            cpu_per_call_max: shorter(self.cpu_milliseconds.map(|ms| Duration::from_millis(ms.into())), most.cpu_per_call_max),
            wall_per_call_max: shorter(self.batch_seconds.map(|s| Duration::from_secs(s.into())), most.wall_per_call_max),
            host_calls_per_batch_max: lower(self.host_calls_per_batch, most.host_calls_per_batch_max),
            requests_per_batch_max: lower(self.requests_per_batch, most.requests_per_batch_max),
            log_lines_per_batch_max: lower(self.log_lines_per_batch, most.log_lines_per_batch_max),
            ..most.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_has_less_than_the_runtime_and_never_more() {
        let runtime = Limits::default();
        assert_eq!(DestinationLimits::default().within(&runtime), runtime);
        let small = DestinationLimits { memory_mebibytes: Some(8), batch_seconds: Some(5), ..Default::default() };
        let held = small.within(&runtime);
        assert_eq!((held.memory_bytes_max, held.wall_per_call_max), (8 << 20, Duration::from_secs(5)));
        let large = DestinationLimits { memory_mebibytes: Some(u32::MAX), requests_per_batch: Some(u32::MAX), ..small };
        let held = large.within(&runtime);
        let most = (runtime.memory_bytes_max, runtime.requests_per_batch_max);
        assert_eq!((held.memory_bytes_max, held.requests_per_batch_max), most);
    }
}
