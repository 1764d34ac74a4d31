//! The Postgres sink: keeps a table of the project's database as the provider has the records. One row each: `"UID"` the provider's
//! primary key, `"GroupId"` the customer's group, `"Data"` all fields.

mod config;
mod rows;
mod table;
mod write;

pub use config::Config;

use ampline_sink::{Config as _, Descriptor, Envelope, Failure, Outcome, Sink, export_sink, messages, sql};

use crate::table::Table;

/// A destination that is a table.
pub struct Postgres {
    table: Table,
    /// Whether the tables were looked for, and made where they were absent.
    ready: bool,
}

export_sink!(Postgres);

impl Sink for Postgres {
    type Config = Config;

    fn describe() -> Descriptor {
        Descriptor {
            name: "postgres".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            config_schema: Config::schema(),
            // A batch becomes few transactions: what a commit costs hardly depends on its rows.
            max_batch_envelopes: 100,
            max_batch_bytes: 1 << 20,
            max_message_bytes: 0,
            // Of two states of a record the newer one stays, whatever order they come in.
            ordered: false,
            extras: Vec::new(),
        }
    }

    fn open(config: Config) -> Result<Self, Failure> {
        Ok(Self { table: Table::new(&config), ready: false })
    }

    /// Reaches the database and looks for the tables, which takes no privilege on them; that they are absent is no failure.
    fn probe(&mut self) -> Result<(), Failure> {
        self.table.look(&mut sql::transact).map(drop)
    }

    fn deliver(&mut self, batch: Vec<Envelope>) -> Vec<Outcome> {
        if !self.ready {
            if let Err(failure) = self.table.make_ready(&mut sql::transact) {
                return batch.iter().map(|_| Outcome::Failed(failure.clone())).collect();
            }
            self.ready = true;
        }
        let entries: Vec<_> = (0..).zip(&batch).map(|(place, _)| messages::records(place)).collect();
        write::apply(&self.table, &batch, &entries, &mut sql::transact)
    }
}
