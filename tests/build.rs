//! Builds the guests that only tests use.

use ampline_sink_build::{Guest, embed};

fn main() {
    embed(
        "guests.rs",
        "GUESTS",
        &[
            Guest { name: "misbehaving", package: "ampline-sink-misbehaving", dir: "tests/guests/misbehaving" },
            Guest { name: "broken", package: "ampline-sink-broken", dir: "tests/guests/broken" },
        ],
    );
}
