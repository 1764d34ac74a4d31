//! Calls of PutRecords, and what becomes of each record: only those that a call did not take are sent again, a few times.

use std::{
    sync::Arc,
    time::{Duration, Instant as Clock},
};

use aws_sdk_kinesis::{
    Client,
    operation::put_records::PutRecordsError,
    primitives::Blob,
    types::{PutRecordsRequestEntry, PutRecordsResultEntry},
};
use futures_util::{StreamExt, stream};
use tokio::time::Instant;

use super::{
    super::{
        aws::{Opened, entry, failed, within},
        failure,
    },
    calls::Record,
};
use crate::sink::wasm::bindings::ampline::sink::{
    streams::Placed,
    types::{Failure, FailureClass},
};

/// Calls on their way at the same time: a shard takes 1 MB a second, and an account few hundred calls.
const IN_FLIGHT_MAX: usize = 4;
/// How often a record is sent before its fate is left to the destination's retry schedule.
const ATTEMPTS_MAX: u32 = 4;
/// The longest wait before the second attempt; it doubles for each one after. A shard's allowance is counted by the second.
const BACKOFF_MS: u64 = 150;

/// A record's place among those given, when its fate was known, and what it is.
pub(super) type Fate = (usize, Duration, Result<Placed, Failure>);

/// Sends all calls, some at a time.
pub(super) async fn place_all(
    opened: Arc<Opened<Client>>,
    calls: Vec<Vec<Record>>,
    started: Clock,
    deadline: Instant,
) -> Vec<Fate> {
    let place = |records| {
        let opened = opened.clone();
        async move { place(&opened, records, started, deadline).await }
    };
    let fates: Vec<Vec<Fate>> = stream::iter(calls.into_iter().map(place)).buffer_unordered(IN_FLIGHT_MAX).collect().await;
    fates.into_iter().flatten().collect()
}

/// Sends the records of a call until each has its fate. A call that was refused for what it holds is halved until the record that
/// is to blame stands alone.
async fn place(opened: &Opened<Client>, records: Vec<Record>, started: Clock, deadline: Instant) -> Vec<Fate> {
    let mut fates = Vec::with_capacity(records.len());
    let mut waiting = vec![(records, 1)];
    while let Some((mut records, attempt)) = waiting.pop() {
        match within(deadline, call(opened, &records)).await {
            Ok(answers) => {
                let again = settle(opened, records, answers, started, &mut fates);
                if again.is_empty() {
                    continue;
                }
                if attempt < ATTEMPTS_MAX && rest(attempt, deadline).await {
                    waiting.push((again.into_iter().map(|(record, _)| record).collect(), attempt + 1));
                } else {
                    fates.extend(again.into_iter().map(|(record, failure)| (record.index, started.elapsed(), Err(failure))));
                }
            }
            Err(failure) if failure.class == FailureClass::Rejected && records.len() > 1 => {
                let second = records.split_off(records.len() / 2);
                waiting.extend([(second, attempt), (records, attempt)]);
            }
            Err(failure) => {
                fates.extend(records.into_iter().map(|record| (record.index, started.elapsed(), Err(failure.clone()))));
            }
        }
    }
    fates
}

/// Waits before the next attempt; says whether there is time for it.
async fn rest(attempt: u32, deadline: Instant) -> bool {
    let longest = BACKOFF_MS << (attempt - 1);
    let wake = Instant::now() + Duration::from_millis(longest / 2 + chance(longest / 2));
    if wake >= deadline {
        return false;
    }
    tokio::time::sleep_until(wake).await;
    true
}

/// A number from 0 to `most`, so that many runtimes do not come back at the same instant.
fn chance(most: u64) -> u64 {
    let mut bytes = [0; 8];
    // Without chance the wait is the shortest, which is no harm.
    let _ = getrandom::fill(&mut bytes);
    u64::from_le_bytes(bytes) % (most + 1)
}

async fn call(opened: &Opened<Client>, records: &[Record]) -> Result<Vec<PutRecordsResultEntry>, Failure> {
    let mut entries = Vec::with_capacity(records.len());
    for record in records {
        let entry = PutRecordsRequestEntry::builder().partition_key(&record.key).data(Blob::new(record.data.copied())).build();
        entries.push(entry.map_err(|error| failure(FailureClass::Rejected, "aws.request", error.to_string()))?);
    }
    let sent = opened.client.put_records().stream_name(&opened.place().name).set_records(Some(entries)).send().await;
    let answers = sent.map_err(|error| failed::<_, PutRecordsError>(opened, &error))?.records;
    if answers.len() == records.len() {
        return Ok(answers);
    }
    let message = format!("{} answered {} records with {} results", opened.place(), records.len(), answers.len());
    Err(Failure { maybe_applied: true, ..failure(FailureClass::Transient, "aws.answer", message) })
}

/// Keeps the fates that are final; gives back the records that may be taken the next time.
fn settle(
    opened: &Opened<Client>,
    records: Vec<Record>,
    answers: Vec<PutRecordsResultEntry>,
    started: Clock,
    fates: &mut Vec<Fate>,
) -> Vec<(Record, Failure)> {
    let mut again = Vec::new();
    for (record, answer) in records.into_iter().zip(answers) {
        let fate = match (answer.error_code, answer.shard_id, answer.sequence_number) {
            (None, Some(shard), Some(sequence_number)) => Ok(Placed { shard, sequence_number }),
            (code, ..) => {
                let words = answer.error_message.unwrap_or_default();
                Err(entry(opened, code.as_deref().unwrap_or("InternalFailure"), &words))
            }
        };
        match fate {
            Err(failure) if matches!(failure.class, FailureClass::Throttled | FailureClass::Transient) => {
                again.push((record, failure));
            }
            fate => fates.push((record.index, started.elapsed(), fate)),
        }
    }
    again
}
