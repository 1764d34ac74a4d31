//! `sql`: the project's Postgres database. One pool of connections for all destinations; statements come from the sink, values
//! and documents are bound by the host.

mod connect;
mod fault;
mod options;
mod pool;
mod tls;
mod values;

pub use self::options::{PostgresFault, PostgresOptions};
pub(crate) use self::pool::Database;
use self::values::{Bound, Value};
use super::{
    Host, failure,
    watched::{places, through},
};
use crate::sink::{
    seam::{Call, What},
    wasm::bindings::ampline::sink::{
        sql::{self, Parameter, Statement},
        types::{Failure, FailureClass},
    },
};

/// Most statements of one call.
const STATEMENTS_MAX: usize = 64;
/// Most bytes of one document. Postgres takes larger ones and then works on them for minutes.
const DOCUMENT_BYTES_MAX: usize = 32 << 20;
/// Most bytes of all documents of one call.
const CALL_BYTES_MAX: usize = 64 << 20;

impl sql::Host for Host {
    async fn transact(&mut self, statements: Vec<Statement>) -> wasmtime::Result<Result<Vec<u64>, Failure>> {
        self.count_call()?;
        let Some(lease) = &self.lease else {
            return Ok(Err(denied("describe and validate may not reach the database")));
        };
        let granted = lease.granted.clone();
        let absent = || denied("the project has no database: set `url` under [postgres] in ampline.toml");
        if granted.database.is_none() && granted.seam.is_none() {
            return Ok(Err(absent()));
        }
        self.reached_out = true;
        let meter = self.meter.clone();
        let work = async {
            let envelopes = granted.seam.as_ref().map(|_| envelopes(&statements)).unwrap_or_default();
            let bound = self.bound(statements)?;
            let watched = self.watched(|| Call { envelopes, what: What::Transact(bound.iter().map(Bound::seen).collect()) });
            through(watched, async { granted.database.as_ref().ok_or_else(absent)?.transact(&bound).await }).await
        };
        Ok(meter.host(work).await)
    }
}

impl Host {
    /// The statements with their values in place.
    fn bound(&self, statements: Vec<Statement>) -> Result<Vec<Bound>, Failure> {
        if statements.len() > STATEMENTS_MAX {
            return Err(denied(&format!("the sink sent more than {STATEMENTS_MAX} statements in one transaction")));
        }
        let mut left = CALL_BYTES_MAX;
        let bind = |statement: Statement| {
            let Statement { text, parameters, intent } = statement;
            let values = parameters.into_iter().map(|parameter| self.value(parameter, &mut left));
            Ok(Bound { text, intent, values: values.collect::<Result<_, Failure>>()? })
        };
        statements.into_iter().map(bind).collect()
    }

    fn value(&self, parameter: Parameter, left: &mut usize) -> Result<Value, Failure> {
        let documents = match parameter {
            Parameter::Text(text) => return Ok(Value::Text(text)),
            Parameter::Integer(number) => return Ok(Value::Integer(number)),
            Parameter::Texts(texts) => return Ok(Value::Texts(texts)),
            Parameter::Integers(numbers) => return Ok(Value::Integers(numbers)),
            Parameter::Documents(documents) => documents,
        };
        let mut document = |payload| {
            let bytes = self.resolved(payload, DOCUMENT_BYTES_MAX.min(*left))?;
            *left -= bytes.len();
            Ok(values::Document(bytes))
        };
        let documents = documents.into_iter().map(|payload| payload.map(&mut document).transpose());
        documents.collect::<Result<_, Failure>>().map(Value::Documents)
    }
}

/// The messages of which statements carry something.
fn envelopes(statements: &[Statement]) -> Vec<u32> {
    let documents = statements.iter().flat_map(|statement| &statement.parameters).filter_map(|parameter| match parameter {
        Parameter::Documents(documents) => Some(documents),
        _ => None,
    });
    places(documents.flatten().flatten())
}

fn denied(message: &str) -> Failure {
    failure(FailureClass::Blocked, "sink.denied", message)
}
