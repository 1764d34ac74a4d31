//! The least that reads: a plan from a manifest, and a loop over pages.

use std::collections::{BTreeMap, VecDeque};

use ampline_core::{
    cursor::{ReadType, Run},
    manifest,
    plan::{Choice, Installation, KnownDestination, ObjectConfig, Others, ReadPlan},
    provider::{Catalog, Provider, ReadError, Record},
};
use ampline_tests::loopback::Client;
use bytes::Bytes;
use jiff::Timestamp;

/// More pages than any of these reads has.
const PAGES_MAX: usize = 200;

/// The plan of one object with these required fields.
pub(crate) fn plan(provider: &str, object: &str, fields: &[&str], config: ObjectConfig) -> ReadPlan {
    let fields: String = fields.iter().map(|field| format!("\n            - fieldName: {field}")).collect();
    let source = format!(
        "specVersion: 1.0.0
integrations:
  - name: crm
    provider: {provider}
    read:
      objects:
        - objectName: {object}
          destination: hook
          requiredFields:{fields}
"
    );
    let checked = manifest::check(source.as_bytes());
    let manifest = checked.manifest.unwrap_or_else(|| panic!("{:?}", checked.issues));
    let text = |text: &str| text.to_owned();
    let installation = Installation {
        id: text("i1"),
        project_id: text("p1"),
        integration: text("crm"),
        group_ref: text("acme"),
        group_name: text("ACME"),
        consumer_ref: text("una"),
        consumer_name: text("Una"),
        connection_id: text("c1"),
        workspace: None,
        update_time: Timestamp::UNIX_EPOCH,
        objects: BTreeMap::from([(text(object), config)]),
    };
    let destinations = BTreeMap::from([(text("hook"), KnownDestination { id: text("d1"), mirrors_records: false })]);
    let integration = &manifest.integrations[0];
    let choice = Choice { configured: integration, latest: integration, others: Others::All };
    let (mut plans, problems) = ampline_core::plan::plan(&choice, &installation, &destinations);
    assert!(problems.is_empty(), "{problems:?}");
    plans.remove(0)
}

/// A scheduled run over what changed since; over everything where nothing is said.
pub(crate) fn run(since: Option<Timestamp>) -> Run {
    Run {
        read_type: ReadType::Scheduled,
        started_at: Timestamp::UNIX_EPOCH,
        since,
        until: None,
        position: None,
        records: 0,
        total: None,
        recent: Vec::new(),
    }
}

/// A provider and whom it reads from.
pub(crate) struct Reading {
    provider: std::sync::Arc<dyn Provider>,
    client: Client,
}

impl Reading {
    pub(crate) fn of(provider: &str, base_url: &str, token: &str) -> Self {
        let catalog = Catalog::built_in();
        let client = Client::new(base_url).with("authorization", &format!("Bearer {token}"));
        Self { provider: catalog.get(provider).unwrap().clone(), client }
    }

    async fn send(&self, request: http::Request<Bytes>) -> http::Response<Bytes> {
        let (parts, body) = request.into_parts();
        let body = String::from_utf8(body.to_vec()).unwrap();
        let answer = self.client.call(parts.method.as_str(), &parts.uri.to_string(), body).await.unwrap();
        let mut response = http::Response::new(Bytes::from(answer.body));
        *response.status_mut() = http::StatusCode::from_u16(answer.status).unwrap();
        *response.headers_mut() = answer.headers;
        response
    }

    /// Every record of a run, completed, in the order in which they came; `between` happens behind each page.
    pub(crate) async fn read(
        &self,
        plan: &ReadPlan,
        mut run: Run,
        mut between: impl FnMut(usize),
    ) -> Result<Vec<Record>, ReadError> {
        let mut all = Vec::new();
        for page in 0..PAGES_MAX {
            let response = self.send(self.provider.request(plan, &run)).await;
            let answer = self.provider.page(plan, &run, &response)?;
            run.records += answer.records.len() as u64;
            let mut records = answer.records;
            self.complete(plan, &mut records).await?;
            all.append(&mut records);
            between(page);
            run.position = answer.next;
            if run.position.is_none() {
                return Ok(all);
            }
        }
        panic!("{PAGES_MAX} pages were not the end");
    }

    async fn complete(&self, plan: &ReadPlan, records: &mut [Record]) -> Result<(), ReadError> {
        let mut requests: VecDeque<_> = self.provider.completing_requests(plan, records).into();
        while let Some(request) = requests.pop_front() {
            let response = self.send(request.clone()).await;
            requests.extend(self.provider.completed(plan, records, &request, &response)?.next);
        }
        Ok(())
    }

    /// These records, by their ids.
    pub(crate) async fn by_id(&self, plan: &ReadPlan, ids: &[String]) -> Vec<Record> {
        let response = self.send(self.provider.records_request(plan, ids).unwrap()).await;
        let mut records = self.provider.records(plan, &response).unwrap();
        self.complete(plan, &mut records).await.unwrap();
        records
    }

    /// The names of an object's fields.
    pub(crate) async fn fields(&self, object: &str) -> Vec<String> {
        let response = self.send(self.provider.fields_request(object).unwrap()).await;
        self.provider.fields(&response).unwrap().into_iter().map(|field| field.field_name).collect()
    }
}

/// A field's JSON text.
pub(crate) fn field<'r>(record: &'r Record, name: &str) -> Option<&'r str> {
    let (_, value) = record.fields.iter().find(|(field, _)| field == name)?;
    std::str::from_utf8(value).ok()
}

/// The ids that are associated under a name.
pub(crate) fn associated(record: &Record, name: &str) -> Option<Vec<String>> {
    let (_, list) = record.associations.iter().find(|(association, _)| association == name)?;
    let list: serde_json::Value = serde_json::from_slice(list).unwrap();
    Some(list.as_array()?.iter().filter_map(|entry| entry["id"].as_str().map(str::to_owned)).collect())
}

/// A condition.
pub(crate) fn equal(field: &str, value: impl Into<serde_json::Value>) -> ampline_core::plan::FieldFilter {
    ampline_core::plan::FieldFilter {
        field_name: field.to_owned(),
        operator: ampline_core::plan::FilterOperator::Eq,
        value: value.into(),
    }
}
