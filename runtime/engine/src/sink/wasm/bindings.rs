//! The contract's types for the host, generated from `sinks-wit/wit/sink.wit`.
#![allow(missing_docs, unreachable_pub, reason = "generated code; the WIT documents it")]

wasmtime::component::bindgen!({
    world: "full-sink",
    path: "../../sinks-wit/wit",
    imports: {
        "ampline:sink/http.send": async | trappable,
        "ampline:sink/documents.apply": async | trappable,
        default: trappable,
    },
    exports: { default: async },
    ownership: Borrowing { duplicate_if_necessary: true },
});
