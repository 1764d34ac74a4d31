//! Runs a case, compares, and writes what was asked for.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    time::Instant,
};

use serde_json::{Value, json};

use super::{
    Case,
    expect::{Expected, Happened, judge, judge_issues},
    kept::{beside, cassette, compare, write},
};
use crate::harness::{
    Setup,
    conformance::{allowed, judge_trouble},
    fault::Kind,
    notes::Reading,
    report::{Check, Origin, Verdict},
    script::{Rule, Script},
    shown,
    stage::{Delivery, Stage},
};

/// What cases are run in.
pub(in super::super) struct Surroundings<'a> {
    pub(in super::super) stage: &'a Stage,
    pub(in super::super) setup: &'a Setup,
    pub(in super::super) component: &'a [u8],
    pub(in super::super) kind: &'a str,
    pub(in super::super) config: Option<&'a Value>,
    pub(in super::super) rules: &'a [Rule],
    pub(in super::super) readings: &'a [Reading],
    pub(in super::super) update: bool,
    pub(in super::super) record: bool,
}

/// What a case is run with.
struct Run<'a> {
    stage: &'a Stage,
    kind: &'a str,
    config: &'a Value,
    script: Script,
}

/// Runs a case and each of its faults; files that are written are added to `written`.
pub(in super::super) async fn run(case: &Case, around: &Surroundings<'_>, written: &mut Vec<String>) -> Vec<Check> {
    let started = Instant::now();
    let expected = case.about.clone().unwrap_or_else(|| format!("{} comes out as its file says", case.name));
    let verdict = tried(case, around, written).await.unwrap_or_else(|verdict| verdict);
    let mut checks = vec![Check::of(Origin::Case, &case.name, &expected, verdict, started.elapsed())];
    if !case.troubles.is_empty() {
        checks.extend(troubled(case, around).await);
    }
    checks
}

fn rules(case: &Case, around: &Surroundings<'_>) -> Vec<Rule> {
    case.rules.iter().chain(around.rules).cloned().collect()
}

fn config<'a>(case: &'a Case, around: &'a Surroundings<'_>) -> Result<&'a Value, Verdict> {
    case.config.as_ref().or(around.config).ok_or_else(|| Verdict::broken("there is no configuration", "give the case a `config`"))
}

async fn tried(case: &Case, around: &Surroundings<'_>, written: &mut Vec<String>) -> Result<Verdict, Verdict> {
    let config = config(case, around)?;
    if let Expected::These(these) = &case.expected
        && let Some(issues) = &these.issues
    {
        return issues_of(around, config, issues).await;
    }
    let path = beside(&case.path, "cassette.json");
    let happened = if case.has_cassette && around.record {
        recorded(case, around, config, &path, written).await?
    } else {
        let mut script = Script::of(&rules(case, around));
        if case.has_cassette {
            script.cassette = Some(cassette(&path).map_err(|reason| Verdict::broken(reason, "record it with --record"))?);
        }
        let run = Run { stage: around.stage, kind: around.kind, config, script };
        happened(&performed(&run, case).await)
    };
    Ok(match &case.expected {
        Expected::These(these) => judge(these, &happened, case.is_split),
        Expected::Snapshot => {
            let path = beside(&case.path, "snapshot.json");
            if around.update {
                write(&path, &happened.snapshot()).map_err(|reason| Verdict::broken(reason, "let this user write there"))?;
                written.push(path.display().to_string());
            }
            compare(&path, &happened.snapshot())
        }
    })
}

async fn issues_of(around: &Surroundings<'_>, config: &Value, expected: &[Value]) -> Result<Verdict, Verdict> {
    let issues = around.stage.issues(around.kind, config).await;
    let issues = issues.map_err(|failure| {
        Verdict::broken(format!("`validate` did not answer: {}", shown::failed(&failure)), "see the sink's log")
    })?;
    let shown =
        |issue: &crate::sink::ConfigIssue| json!({"pointer": issue.pointer, "message": issue.message, "fatal": issue.fatal});
    Ok(judge_issues(expected, &issues.iter().map(shown).collect::<Vec<_>>()))
}

/// What the batches of a case came to, or why the sink did not open.
type Performed = Result<Vec<Delivery>, ampline_core::outcome::Failure>;

async fn performed(run: &Run<'_>, case: &Case) -> Performed {
    run.stage.rewind();
    run.stage.play(run.script.clone());
    let mut instance = run.stage.open(run.kind, run.config).await?;
    let mut deliveries = Vec::new();
    for batch in &case.batches {
        deliveries.push(run.stage.deliver(&mut instance, batch).await);
    }
    Ok(deliveries)
}

fn happened(performed: &Performed) -> Happened {
    let deliveries = match performed {
        Ok(deliveries) => deliveries,
        Err(failure) => return Happened { refusal: Some(shown::refusal(failure)), ..Happened::default() },
    };
    Happened {
        outcomes: deliveries.iter().map(|one| one.outcomes.iter().map(shown::outcome).collect()).collect(),
        calls: deliveries.iter().flat_map(|one| &one.calls).map(|seen| shown::call(&seen.call)).collect(),
        lines: deliveries.iter().flat_map(|one| &one.lines).map(|line| json!(line)).collect(),
        refusal: None,
    }
}

/// Runs a case over the real network, and keeps what was said.
async fn recorded(
    case: &Case,
    around: &Surroundings<'_>,
    config: &Value,
    path: &Path,
    written: &mut Vec<String>,
) -> Result<Happened, Verdict> {
    let mut real = BTreeMap::new();
    for (name, variable) in &case.secrets {
        let missing =
            || Verdict::broken(format!("the secret {name} is not there"), format!("set the environment variable {variable}"));
        real.insert(name.clone(), std::env::var(variable).ok().filter(|value| !value.is_empty()).ok_or_else(missing)?);
    }
    let unable = |reason: String| Verdict::broken(reason, "correct what is given for recording");
    let stage = around.setup.live_stage(&real).await.map_err(|error| unable(error.to_string()))?;
    let admitted = stage.admit(around.component).await.map_err(|problems| unable(format!("{problems:?}")))?;
    stage.install(admitted);
    let script = Script { live: true, ..Script::default() };
    let performed = performed(&Run { stage: &stage, kind: around.kind, config, script }, case).await;
    let deliveries = performed.as_ref().map(Vec::as_slice).unwrap_or_default();
    let seen = deliveries.iter().flat_map(|one| &one.calls);
    let recorded: Vec<Value> =
        seen.map(|seen| json!({"call": shown::call(&seen.call), "answer": shown::answer(&seen.answer)})).collect();
    let text = stage.redacted(json!({"recorded": recorded}).to_string());
    let value: Value = serde_json::from_str(&text).map_err(|error| unable(error.to_string()))?;
    write(path, &value).map_err(unable)?;
    written.push(path.display().to_string());
    Ok(happened(&performed))
}

/// The case once more for each of its faults.
async fn troubled(case: &Case, around: &Surroundings<'_>) -> Vec<Check> {
    let Ok(config) = config(case, around) else { return Vec::new() };
    let with = |script: Script| Run { stage: around.stage, kind: around.kind, config, script };
    let rules = rules(case, around);
    let clean = match performed(&with(Script::of(&rules)), case).await {
        Ok(clean) => clean,
        // The case itself has told of it.
        Err(_) => return Vec::new(),
    };
    let kinds: BTreeSet<Kind> = clean.iter().flat_map(|one| &one.calls).map(|seen| Kind::of(&seen.call)).collect();
    let readings: Vec<Reading> = case.readings.iter().chain(around.readings).cloned().collect();
    let mut checks = Vec::new();
    for trouble in case.troubles.iter().filter(|trouble| kinds.iter().any(|kind| trouble.meets(*kind))) {
        let started = Instant::now();
        let allowed = allowed(trouble, &readings);
        let verdict = match performed(&with(Script::troubled(&rules, trouble)), case).await {
            Err(failure) => Verdict::broken(shown::failed(&failure), "`open` reaches nothing"),
            Ok(deliveries) => {
                let judged = clean.iter().zip(&deliveries).zip(&case.batches);
                judged
                    .map(|((clean, delivery), batch)| judge_trouble(trouble, &allowed, clean, delivery, batch))
                    .find(|verdict| *verdict != Verdict::Holds)
                    .unwrap_or(Verdict::Holds)
            }
        };
        let name = format!("{}[{}]", case.name, trouble.name);
        let names: Vec<_> = allowed.iter().map(|one| one.name()).collect();
        let expected = format!("under {} its messages are {}", trouble.name, names.join(" or "));
        checks.push(Check::of(Origin::Case, &name, &expected, verdict, started.elapsed()));
    }
    checks
}
