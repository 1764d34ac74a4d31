//! A long backfill goes on from its last page after SIGKILL; a connection's own limit holds for all its reads.

use std::time::Instant;

use ampline_tests::{
    faults::{Answer, RetryAfter, Rule},
    hubspot::Options,
    runtime::Workplace,
};
use serde_json::{Value, json};

use crate::stage::{MANIFEST, STORE, Stage, ended, holds, until};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backfill_goes_on_from_its_last_page_and_not_from_zero() {
    const PAGES: u64 = 40;
    let stage = Stage::new(Options::default().with("contacts", PAGES * 100));
    stage.world.emulator.fault(Rule { delay_ms: 30, on: Some("list".to_owned()), ..Rule::default() });
    let mut kills = 0;
    for goal in [500, 1_500, 2_500, 3_500] {
        let runtime = stage.start();
        let far = |status: &Value| status["reads"][0]["operation"]["recordsProcessed"].as_u64() >= Some(goal);
        until(&runtime.client, "status", far).await;
        runtime.kill().unwrap();
        kills += 1;
    }
    let runtime = stage.start();
    ended(&runtime.client, "success").await;
    holds(&runtime.client, "acme", PAGES as usize * 100).await;
    let asked = stage.world.emulator.count("list", 200) + stage.world.emulator.count("list", 0);
    // Each kill may lose the page that was on its way, and one that was not durable yet.
    assert!((PAGES..=PAGES + 2 * kills).contains(&asked), "{asked} pages were asked for");
    let operations = stage.json(&["operations", "list"]);
    assert_eq!(operations["results"].as_array().unwrap().len(), 1, "it is one operation: {operations:#}");
    assert_eq!(operations["results"][0]["metadata"]["progress"]["recordsProcessed"], PAGES * 100);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_asks_no_more_than_it_may_and_is_silent_after_a_429() {
    let stage = Stage::new(Options::default().with("contacts", 2_000));
    let text = std::fs::read_to_string(stage.world.workplace.settings_file()).unwrap();
    let limited = text.replace("provider = \"hubspot\"", "provider = \"hubspot\"\nrate_limit = { requests = 8, per_s = 1.0 }");
    std::fs::write(stage.world.workplace.settings_file(), limited).unwrap();
    let answer = Answer::Status {
        status: 429,
        retry_after: Some(RetryAfter::Seconds(2.0)),
        body: Some(r#"{"status":"error","message":"You have reached your secondly limit.","category":"RATE_LIMITS"}"#.to_owned()),
        content_type: Some("application/json".to_owned()),
    };
    stage.world.emulator.fault(Rule::answer(1, answer).on("list"));
    let began = Instant::now();
    let runtime = stage.start();
    ended(&runtime.client, "success").await;
    // 22 requests at 8 a second, and two seconds of silence.
    assert!(began.elapsed().as_secs_f64() > 3.5, "{:?}", began.elapsed());
    let id = stage.json(&["operations", "list"])["results"][0]["id"].as_str().unwrap().to_owned();
    let logs = stage.printed(&["operations", "logs", &id]);
    assert!(logs.contains("You have reached your secondly limit"), "{logs}");
    assert!(logs.contains("20 pages") || logs.contains("page 20 is stored"), "{logs}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_customers_many_slow_reads_do_not_keep_another_waiting() {
    let stage = Stage::new(Options::default().with("contacts", 100));
    let slow =
        ampline_tests::hubspot::Emulator::start(Options { token: None, ..Options::default().with("contacts", 5_000) }).unwrap();
    slow.fault(Rule { delay_ms: 1_500, ..Rule::default() });
    let mut settings = format!(
        "[project]\nid = \"demo\"\n[runtime]\nreads_max = 2\n[network]\nallow = [\"127.0.0.0/8\"]\n{STORE}\
         [connections.slow]\nprovider = \"hubspot\"\nbase_url = \"{}\"\naccess_token = {{ env = \"TOKEN\" }}\n\
         [connections.quick]\nprovider = \"hubspot\"\nbase_url = \"{}\"\naccess_token = {{ env = \"TOKEN\" }}\n",
        slow.base_url(),
        stage.world.emulator.base_url(),
    );
    for number in 0..10 {
        settings.push_str(&format!(
            "[[installations]]\nintegration = \"crm\"\nconnection = \"slow\"\ngroup_ref = \"slow-{number}\"\n"
        ));
    }
    settings.push_str("[[installations]]\nintegration = \"crm\"\nconnection = \"quick\"\ngroup_ref = \"quick\"\n");
    let folder = tempfile::tempdir().unwrap();
    let workplace = Workplace::new(folder.path(), MANIFEST, &settings, &[("TOKEN", ampline_tests::world::TOKEN)]).unwrap();
    let runtime = workplace.start().unwrap();
    let began = Instant::now();
    holds(&runtime.client, "quick", 100).await;
    assert!(began.elapsed().as_secs() < 20, "ten backfills of 75 seconds each were before it: {:?}", began.elapsed());
    let status = runtime.client.get("status").await.unwrap();
    let unfinished = |read: &&Value| read["operation"]["status"] != json!("success");
    assert!(status["reads"].as_array().unwrap().iter().filter(unfinished).count() >= 8, "{status:#}");
}
