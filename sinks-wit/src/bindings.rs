//! The contract as `wit-bindgen` renders it, made once for every sink: imports that a sink does not call are not in its component.
#![allow(missing_docs, clippy::all, reason = "generated from wit/1.0.0/sink.wit, where the documentation is")]

wit_bindgen::generate!({
    world: "full-sink",
    path: "wit/1.0.0",
    ownership: Borrowing { duplicate_if_necessary: false },
    pub_export_macro: true,
    default_bindings_module: "ampline_sink::bindings",
    generate_all,
});
