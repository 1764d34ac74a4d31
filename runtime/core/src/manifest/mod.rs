//! `amp.yaml`: text to [`Manifest`], or every problem with its place and its remedy.

mod model;

pub use model::*;
