//! Messages: a page of records to envelopes of at most 300,000 bytes with deterministic ids.

mod build;
mod column;
mod entry;
mod envelope;
mod forms;

pub use build::{OperationInfo, build};
pub use envelope::*;
pub use forms::{record_data, result_array, url_form};

#[cfg(test)]
mod tests;
