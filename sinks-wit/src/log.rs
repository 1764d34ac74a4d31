//! Lines for the destination's log.

pub use crate::host::log::{Level, emit};

/// Logs every panic before it becomes a trap, which by itself says nothing but "unreachable".
pub(crate) fn log_panics() {
    #[cfg(target_family = "wasm")]
    std::panic::set_hook(Box::new(|panic| emit(Level::Error, &panic.to_string(), &[])));
}
