//! The contract's imports as they are natively: each asks the [`Host`](super::Host) of the thread, and panics where there is none.

/// The messages of the batch at hand.
pub mod messages {
    pub use crate::bindings::ampline::sink::messages::Entry;
    use crate::testing::{calls::at, state::asked};

    /// Copies a body into the sandbox.
    pub fn body(index: u32) -> Vec<u8> {
        asked(|state| at(&state.messages, index).body())
    }

    /// Metadata by the names that templates use: `projectId`, `objectName`, `operationId`, `event-id`, …
    pub fn metadata(index: u32) -> Vec<(String, String)> {
        asked(|state| at(&state.messages, index).metadata())
    }

    /// The records of a message, in its order.
    pub fn records(index: u32) -> Vec<Entry> {
        asked(|state| at(&state.messages, index).records())
    }
}

/// JMESPath templates.
pub mod templates {
    pub use crate::bindings::ampline::sink::templates::{Purpose, Rendered};
    use crate::testing::{calls::at, state::asked};

    /// The text for each message named; an error is for a person to read and comes again with the same message.
    ///
    /// # Panics
    /// Natively, where no [`Host::on_render`](crate::testing::Host::on_render) was given.
    pub fn render(_: Purpose, expression: &str, indexes: &[u32]) -> Vec<Result<Rendered, String>> {
        asked(|state| {
            let Some(render) = &mut state.render else { panic!("templates are the host's: script them by `Host::on_render`") };
            indexes.iter().map(|index| render(expression, at(&state.messages, *index))).collect()
        })
    }
}

/// HTTP, sent by the host.
pub mod http {
    pub use crate::bindings::ampline::sink::http::{Request, Response};
    use crate::{
        Failure,
        testing::{HttpRequest, state::asked},
    };

    /// Sends requests under the destination's network policy and credentials, all in flight together; one result for each, in order.
    /// Redirects are not followed.
    pub fn send(requests: &[Request<'_>]) -> Vec<Result<Response, Failure>> {
        asked(|state| {
            let requests: Vec<_> = requests.iter().map(|request| HttpRequest::of(request, &state.messages)).collect();
            let answers = requests.iter().map(|request| (state.http)(request)).collect();
            state.http_requests.extend(requests);
            answers
        })
    }
}

/// The hosted store.
pub mod documents {
    pub use crate::bindings::ampline::sink::documents::Change;
    use crate::{
        Failure,
        testing::{StoreChange, state::asked},
    };

    /// Applies all changes in one transaction, or none.
    pub fn apply(changes: &[Change<'_>]) -> Result<(), Failure> {
        asked(|state| {
            let changes: Vec<_> = changes.iter().map(|change| StoreChange::of(change, &state.messages)).collect();
            let answer = (state.apply)(&changes);
            state.changes.extend(changes);
            answer
        })
    }
}

/// An S3 bucket.
pub mod objects {
    pub use crate::bindings::ampline::sink::objects::Object;
    use crate::{
        Failure,
        testing::{StoredObject, state::asked},
    };

    /// Stores objects, all in flight together, each with a checksum; the ETag of each, in order.
    pub fn put(objects: &[Object<'_>]) -> Vec<Result<String, Failure>> {
        asked(|state| {
            let objects: Vec<_> = objects.iter().map(|object| StoredObject::of(object, &state.messages)).collect();
            let answers = objects.iter().map(|object| (state.put)(object)).collect();
            state.objects.extend(objects);
            answers
        })
    }

    /// Whether the bucket is there and the credentials are known; leaves nothing behind.
    pub fn probe() -> Result<(), Failure> {
        asked(|state| (state.probe)())
    }
}

/// A Kinesis data stream.
pub mod streams {
    pub use crate::bindings::ampline::sink::streams::{Entry, Placed};
    use crate::{
        Failure,
        testing::{SentRecord, state::asked},
    };

    /// Puts records; those that the stream throttled are tried again a few times, they alone. One result for each, in order.
    pub fn put_records(entries: &[Entry<'_>]) -> Vec<Result<Placed, Failure>> {
        asked(|state| {
            let records: Vec<_> = entries.iter().map(|entry| SentRecord::of(entry, &state.messages)).collect();
            let answers = records.iter().map(|record| (state.record)(record)).collect();
            state.records.extend(records);
            answers
        })
    }

    /// Whether the stream is there and the credentials are known; leaves nothing behind.
    pub fn probe() -> Result<(), Failure> {
        asked(|state| (state.probe)())
    }
}

/// The project's Postgres database.
pub mod sql {
    pub use crate::bindings::ampline::sink::sql::{Parameter, Statement};
    use crate::{
        Failure,
        testing::{SqlStatement, state::asked},
    };

    /// Runs statements in one transaction; the rows that each affected. The code of a failure is `pg.` and the SQLSTATE.
    pub fn transact(statements: &[Statement<'_>]) -> Result<Vec<u64>, Failure> {
        asked(|state| {
            let statements: Vec<_> = statements.iter().map(|statement| SqlStatement::of(statement, &state.messages)).collect();
            let answer = (state.transact)(&statements);
            state.transactions.push(statements);
            answer
        })
    }
}

/// Lines for the destination's log.
pub mod log {
    pub use crate::bindings::ampline::sink::log::Level;
    use crate::testing::state::asked;

    /// Writes a line. The host caps their number and length.
    pub fn emit(level: Level, message: &str, _fields: &[(&str, &str)]) {
        asked(|state| state.log_lines.push((level, message.to_owned())));
    }
}

/// The time.
pub mod clock {
    use crate::testing::state::asked;

    /// Milliseconds since the Unix epoch.
    pub fn now() -> u64 {
        asked(|state| state.now_ms)
    }
}
