//! A sink's project: how one begins (`ampline sink new`) and how it becomes a component (`ampline sink build`).
//!
//! Everything that a new project is made of is in the binary, so that it needs nothing of this repository. It reaches out only by the
//! package managers of its language, and only when a person calls them.

mod build;
mod create;
mod files;
mod project;
mod vendor;

pub use build::{Built, build};
pub use create::{Created, New, create};
pub use project::{Language, MANIFEST, Project};
