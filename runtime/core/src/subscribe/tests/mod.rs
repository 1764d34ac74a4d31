//! No doubles. Oracles: the contract's check vector, a signer of our own in the tests that shares no code with the verifier, the
//! events of HubSpot's and Salesforce's documentation, and the contract's message fields and bodies of 2023.

mod authenticity;
mod events;
mod messages;
mod plans;

use std::collections::BTreeMap;

use crate::{
    manifest,
    plan::{Choice, Installation, KnownDestination, Others, PlanProblem, sample},
    subscribe::{SubscribeConfig, SubscribePlan, plan_subscriptions},
};

/// A manifest whose one integration has this provider, these read objects and these subscriptions, as flow YAML.
fn planned(provider: &str, read: &str, subscribe: &str, configs: &str) -> (Vec<SubscribePlan>, Vec<PlanProblem>) {
    let text = format!(
        "specVersion: 1.0.0\nintegrations:\n  - name: crm\n    provider: {provider}\n    read:\n      objects: {read}\n    \
         subscribe:\n      objects: {subscribe}\n"
    );
    let checked = manifest::check(text.as_bytes());
    let manifest = checked.manifest.unwrap_or_else(|| panic!("{:?}", checked.issues));
    let configs: BTreeMap<String, SubscribeConfig> = serde_json::from_str(configs).expect(configs);
    let destination = |mirrors_records| KnownDestination { id: "d".to_owned(), mirrors_records };
    let destinations = [("hook".to_owned(), destination(false)), ("table".to_owned(), destination(true))].into();
    let integration = &manifest.integrations[0];
    let choice = Choice { configured: integration, latest: integration, others: Others::All };
    plan_subscriptions(&choice, &installation(), &configs, &destinations)
}

fn installation() -> Installation {
    Installation { id: "i1".to_owned(), integration: "crm".to_owned(), ..sample::plan("contacts", &[]).context.installation }
}

fn plan(provider: &str, read: &str, subscribe: &str) -> SubscribePlan {
    let (mut plans, problems) = planned(provider, read, subscribe, "{}");
    assert!(problems.is_empty() && plans.len() == 1, "{problems:?}");
    plans.remove(0)
}
