//! Builds the guests that only tests use.

use ampline_sink_build::{Guest, embed};

fn main() {
    embed(
        "guests.rs",
        "GUESTS",
        &[
            Guest { name: "misbehaving", package: "ampline-sink-misbehaving", dir: "tests/guests/misbehaving" },
            Guest { name: "broken", package: "ampline-sink-broken", dir: "tests/guests/broken" },
            Guest { name: "wasi", package: "ampline-sink-wasi", dir: "tests/guests/wasi" },
            Guest { name: "relay", package: "ampline-sink-relay", dir: "tests/guests/relay" },
            Guest { name: "s3-ndjson", package: "s3-ndjson", dir: "examples/s3-ndjson" },
        ],
    );
}
