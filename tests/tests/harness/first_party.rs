//! The sinks that come with the runtime pass what every sink must.

use ampline::sink::FIRST_PARTY;
use ampline_sink_test::Status;

use crate::harness;

#[tokio::test]
async fn each_first_party_sink_passes_every_check() {
    for (name, component) in FIRST_PARTY {
        // The configuration is made of the sink's own schema.
        let report = harness(name, component).run().await.unwrap();
        report.assert_passed();
        assert_eq!((report.count(Status::Skipped), report.count(Status::Excepted)), (0, 0), "{name}");
        assert!(report.checks.len() > 25, "{name}: {} checks", report.checks.len());
        assert_eq!(report.sink.name, *name);
    }
}
