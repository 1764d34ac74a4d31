//! The memory, tables and instances that one instance of a sink may have.

use wasmtime::ResourceLimiter;

use super::limits::Limits;

const TABLE_ELEMENTS_MAX: usize = 100_000;
const MEMORIES_MAX: usize = 8;
const TABLES_MAX: usize = 16;
const CORE_INSTANCES_MAX: usize = 64;

/// Holds an instance below its limits and remembers whether it ever asked for more.
pub(crate) struct Ceiling {
    memory_bytes: usize,
    memory_bytes_left: usize,
    denied: bool,
}

impl Ceiling {
    pub(crate) fn new(limits: &Limits) -> Self {
        Self { memory_bytes: 0, memory_bytes_left: limits.memory_bytes_max, denied: false }
    }

    /// Linear memory that the instance has, all its memories together.
    pub(crate) fn memory_bytes(&self) -> usize {
        self.memory_bytes
    }

    /// Whether memory was denied: what fails after that failed because of it.
    pub(crate) fn denied(&self) -> bool {
        self.denied
    }
}

impl ResourceLimiter for Ceiling {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        let more = desired.saturating_sub(current);
        let fits = more <= self.memory_bytes_left && maximum.is_none_or(|most| desired <= most);
        if fits {
            self.memory_bytes_left -= more;
            self.memory_bytes += more;
        } else {
            self.denied = true;
        }
        Ok(fits)
    }

    fn table_growing(&mut self, _current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        Ok(desired <= TABLE_ELEMENTS_MAX && maximum.is_none_or(|most| desired <= most))
    }

    fn instances(&self) -> usize {
        CORE_INSTANCES_MAX
    }

    fn tables(&self) -> usize {
        TABLES_MAX
    }

    fn memories(&self) -> usize {
        MEMORIES_MAX
    }
}
