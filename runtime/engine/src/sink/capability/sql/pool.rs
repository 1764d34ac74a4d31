//! The pool of connections, and transactions on it.

use std::time::Duration;

use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, TimeoutType,
};
use tokio::time::timeout;
use tokio_postgres::{Error, types::Type};

use super::{
    connect::Dialer,
    fault::{self, Stage},
    options::PostgresOptions,
    values::Bound,
};
use crate::{
    network::AddressPolicy,
    sink::{
        capability::failure,
        wasm::bindings::ampline::sink::types::{Failure, FailureClass},
    },
};

/// How long a transaction waits for a free connection.
const WAIT_MAX: Duration = Duration::from_secs(10);
/// A transaction is given up after so long, whatever the server does; shorter than a sink's call may take.
const TRANSACTION_MAX: Duration = Duration::from_secs(65);
/// A connection that rested longer is tried with an empty question before it is used: the server may have restarted, or a
/// balancer between may have dropped it.
const RESTED: Duration = Duration::from_secs(2);
/// How long the answer to that question may take.
const RECYCLE_MAX: Duration = Duration::from_secs(5);
/// How often a transaction runs that lost against another (a deadlock, a serialization failure) before that is told.
const CONFLICT_TRIES_MAX: u32 = 3;
/// Prepared statements kept for each connection.
const PREPARED_MAX: usize = 256;

/// The project's database.
pub(crate) struct Database {
    pool: Pool,
    connections_max: u32,
}

impl Database {
    /// Makes the pool; nothing is dialled yet.
    pub(crate) fn new(options: &PostgresOptions, addresses: AddressPolicy) -> Result<Self, String> {
        let dialer = Dialer::new(options, addresses).map_err(|error| {
            format!("cannot set up TLS to Postgres: {error}; name the authority's certificate as `ca_file` under [postgres]")
        })?;
        let method = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_connect(options.config.clone(), dialer, method);
        let awake = Hook::async_fn(|client, metrics| {
            Box::pin(async move {
                if metrics.last_used() > RESTED {
                    client.simple_query("").await.map_err(HookError::Backend)?;
                }
                Ok(())
            })
        });
        let pool = Pool::builder(manager)
            .max_size(options.connections_max as usize)
            .wait_timeout(Some(WAIT_MAX))
            .recycle_timeout(Some(RECYCLE_MAX))
            .runtime(Runtime::Tokio1)
            .pre_recycle(awake)
            .build();
        let pool = pool.map_err(|error| format!("cannot set up connections to Postgres: {error}"))?;
        Ok(Self { pool, connections_max: options.connections_max })
    }

    /// Runs all statements in one transaction, or none; the rows that each affected.
    pub(super) async fn transact(&self, statements: &[Bound]) -> Result<Vec<u64>, Failure> {
        let mut tries = 1;
        loop {
            let intent = || statements.first().map_or("run no statement", |statement| &statement.intent);
            let ran = match timeout(TRANSACTION_MAX, self.attempt(statements)).await {
                Ok(ran) => ran,
                Err(_) => Err(fault::late(intent(), TRANSACTION_MAX)),
            };
            match ran {
                Err(lost) if fault::is_conflict(&lost) && tries < CONFLICT_TRIES_MAX => tries += 1,
                ran => return ran,
            }
        }
    }

    async fn attempt(&self, statements: &[Bound]) -> Result<Vec<u64>, Failure> {
        let Some(first) = statements.first() else { return Ok(Vec::new()) };
        let mut client = Held(Some(self.connection(&first.intent).await?));
        let ran = match statements {
            // A single statement is a transaction of its own: one round trip.
            [only] => {
                run(client.get(), only).await.map(|rows| vec![rows]).map_err(|e| fault::failed(&only.intent, Stage::Sent, &e))
            }
            several => in_transaction(client.get(), several).await,
        };
        client.give_back();
        ran
    }

    async fn connection(&self, intent: &str) -> Result<Object, Failure> {
        self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) => fault::failed(intent, Stage::Connecting, &error),
            PoolError::Timeout(TimeoutType::Wait) => {
                let most = self.connections_max;
                let message = format!(
                    "could not {intent}: all {most} connections were busy for {} s; raise `connections_max` under [postgres]",
                    WAIT_MAX.as_secs()
                );
                failure(FailureClass::Transient, "pg.busy", message)
            }
            other => failure(FailureClass::Transient, "pg.pool", format!("could not {intent}: {other}")),
        })
    }
}

async fn in_transaction(client: &mut Object, statements: &[Bound]) -> Result<Vec<u64>, Failure> {
    let (first, last) = match statements {
        [first, .., last] => (first, last),
        _ => return Ok(Vec::new()),
    };
    client.batch_execute("BEGIN").await.map_err(|e| fault::failed(&first.intent, Stage::Open, &e))?;
    let mut rows = Vec::with_capacity(statements.len());
    for statement in statements {
        match run(client, statement).await {
            Ok(affected) => rows.push(affected),
            Err(error) => {
                let failure = fault::failed(&statement.intent, Stage::Open, &error);
                // Where this fails too the connection is gone, and the transaction with it.
                drop(client.batch_execute("ROLLBACK").await);
                return Err(failure);
            }
        }
    }
    client.batch_execute("COMMIT").await.map_err(|e| fault::failed(&last.intent, Stage::Sent, &e))?;
    Ok(rows)
}

async fn run(client: &Object, statement: &Bound) -> Result<u64, Error> {
    if client.statement_cache.size() >= PREPARED_MAX {
        client.statement_cache.clear();
    }
    let types: Vec<Type> = statement.values.iter().map(super::Value::sql_type).collect();
    let prepared = client.prepare_typed_cached(&statement.text, &types).await?;
    client.execute_raw(&prepared, &statement.values).await
}

/// A connection that goes back to the pool only when what was asked of it is answered: where the wait is given up it is closed,
/// for the next transaction would wait behind the statement, or inside the open transaction.
struct Held(Option<Object>);

impl Held {
    fn get(&mut self) -> &mut Object {
        self.0.as_mut().expect("held until it is given back, which consumes it")
    }

    fn give_back(mut self) {
        drop(self.0.take());
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if let Some(object) = self.0.take() {
            drop(Object::take(object));
        }
    }
}
