//! The contract's types for the host, generated from `sinks-wit/wit/1.0.0`.
#![allow(missing_docs, unreachable_pub, reason = "generated code; the WIT documents it")]

wasmtime::component::bindgen!({
    world: "full-sink",
    path: "../../sinks-wit/wit/1.0.0",
    imports: {
        "ampline:sink/http.send": async | trappable,
        "ampline:sink/documents.apply": async | trappable,
        "ampline:sink/objects.put": async | trappable,
        "ampline:sink/objects.probe": async | trappable,
        "ampline:sink/streams.put-records": async | trappable,
        "ampline:sink/streams.probe": async | trappable,
        "ampline:sink/sql.transact": async | trappable,
        default: trappable,
    },
    exports: { default: async },
    ownership: Borrowing { duplicate_if_necessary: true },
});
