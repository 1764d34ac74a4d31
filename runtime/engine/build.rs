//! Builds the first-party sinks to components and embeds them as `FIRST_PARTY`.

use ampline_sink_build::{Guest, embed};

fn main() {
    embed(
        "sinks.rs",
        "FIRST_PARTY",
        &[
            Guest { name: "api", package: "ampline-sink-hosted-store", dir: "sink-plugins/hosted-store" },
            Guest { name: "kinesis", package: "ampline-sink-kinesis", dir: "sink-plugins/kinesis" },
            Guest { name: "postgres", package: "ampline-sink-postgres", dir: "sink-plugins/postgres" },
            Guest { name: "s3", package: "ampline-sink-s3", dir: "sink-plugins/s3" },
            Guest { name: "webhook", package: "ampline-sink-webhook", dir: "sink-plugins/webhook" },
        ],
    );
}
