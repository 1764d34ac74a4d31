//! `streams`: a Kinesis data stream.

mod calls;
mod placing;

use std::{collections::BTreeMap, sync::Arc};

use aws_sdk_kinesis::{Client, types::StreamStatus};

use self::{
    calls::{Record, grouped},
    placing::place_all,
};
use super::{
    Host, Lease,
    aws::{Opened, denies, failed, within},
    failure,
    payload::{Pieces, carried},
    watched::{Watched, places, through},
};
use crate::sink::{
    seam::{Call, What},
    wasm::bindings::ampline::sink::{
        streams::{self, Entry, Placed},
        types::{Failure, FailureClass},
    },
};

impl streams::Host for Host {
    async fn put_records(&mut self, entries: Vec<Entry>) -> wasmtime::Result<Vec<Result<Placed, Failure>>> {
        self.count_call()?;
        let carriers: Vec<_> = entries.iter().map(|entry| carried(&entry.data)).collect();
        let Some(lease) = &self.lease else {
            return Ok(entries.iter().map(|_| Err(denied())).collect());
        };
        if lease.granted.network.is_dry() {
            return Ok(entries.iter().map(|_| Ok(dry())).collect());
        }
        let meter = self.meter.clone();
        let opened = match meter.host(lease.stream()).await {
            Ok(opened) => opened,
            Err(failure) => return Ok(entries.iter().map(|_| Err(failure.clone())).collect()),
        };
        let deadline = lease.granted.deadline(self.started);
        let named: Vec<_> = entries.iter().map(|entry| places([&entry.data])).collect();
        let (records, mut results) = self.sorted(entries, &opened);
        let mut watched = self.seen(named, &records);
        let records = unanswered(records, &watched, &mut results);
        let groups = grouped(records);
        self.reached_out |= !groups.is_empty();
        self.requests = self.requests.saturating_add(u32::try_from(groups.len()).unwrap_or(u32::MAX));
        let started = self.started;
        for (index, elapsed, result) in meter.host(place_all(opened, groups, started, deadline)).await {
            self.note(carriers.get(index).copied().flatten(), elapsed);
            results[index] = Some(match watched.remove(&index) {
                Some(watched) => watched.saw(result),
                None => result,
            });
        }
        Ok(results.into_iter().map(|result| result.unwrap_or_else(|| Err(forgotten()))).collect())
    }

    async fn probe(&mut self) -> wasmtime::Result<Result<(), Failure>> {
        self.count_call()?;
        let Some(lease) = &self.lease else { return Ok(Err(denied())) };
        let (meter, deadline) = (self.meter.clone(), lease.granted.deadline(self.started));
        let watched = self.watched(|| Call { envelopes: Vec::new(), what: What::Probe("streams") });
        Ok(meter.host(through(watched, within(deadline, probed(lease)))).await)
    }
}

type Results = Vec<Option<Result<Placed, Failure>>>;

impl Host {
    /// The records that can go, and at their places why the others cannot.
    fn sorted(&self, entries: Vec<Entry>, opened: &Opened<Client>) -> (Vec<Record>, Results) {
        let most = opened.place().record_bytes_max;
        let (mut records, mut results) = (Vec::new(), Vec::new());
        for (index, entry) in entries.into_iter().enumerate() {
            let data = self.pieces(entry.data).and_then(|data| fitting(data, &entry.partition_key, most));
            let (record, result) = match data {
                Ok(data) => (Some(Record { index, key: entry.partition_key, data }), None),
                Err(failure) => (None, Some(Err(failure))),
            };
            records.extend(record);
            results.push(result);
        }
        (records, results)
    }

    /// Records that somebody watches, by their places.
    fn seen(&self, mut named: Vec<Vec<u32>>, records: &[Record]) -> BTreeMap<usize, Watched> {
        let mut call = |record: &Record| Call {
            envelopes: std::mem::take(&mut named[record.index]),
            what: What::PutRecord { partition_key: record.key.clone(), data: record.data.joined() },
        };
        records.iter().filter_map(|record| Some((record.index, self.watched(|| call(record))?))).collect()
    }
}

/// Takes out the records that whoever watches answers for.
fn unanswered(records: Vec<Record>, watched: &BTreeMap<usize, Watched>, results: &mut Results) -> Vec<Record> {
    let mut left = Vec::with_capacity(records.len());
    for record in records {
        match watched.get(&record.index).and_then(Watched::answer) {
            Some(answer) => results[record.index] = Some(answer),
            None => left.push(record),
        }
    }
    left
}

/// The data, where it and its key are what a stream takes: a call is refused whole for one record that is too large.
fn fitting(data: Pieces, key: &str, most: usize) -> Result<Pieces, Failure> {
    let bytes = data.len() + key.len();
    if bytes <= most {
        return Ok(data);
    }
    let message = format!(
        "the record has {bytes} bytes with its partition key, and the stream takes {most}; where the stream was set to take more, \
         say so with maxRecordKiB"
    );
    Err(failure(FailureClass::Rejected, "kinesis.too-large", message))
}

/// Whether the stream is there and can be written to. Who may only put records may not ask, which says nothing against the stream.
async fn probed(lease: &Lease) -> Result<(), Failure> {
    let opened = lease.stream().await?;
    match opened.client.describe_stream_summary().stream_name(&opened.place().name).send().await {
        Ok(answer) => {
            let status = answer.stream_description_summary.map(|summary| summary.stream_status);
            if status == Some(StreamStatus::Deleting) { Err(leaving(&opened)) } else { Ok(()) }
        }
        Err(error) if denies(&error) => {
            lease.could_not_look(opened.place());
            Ok(())
        }
        Err(error) => Err(failed(&opened, &error)),
    }
}

fn leaving(opened: &Arc<Opened<Client>>) -> Failure {
    let message = format!("{} is being deleted; create it anew, or name another", opened.place());
    failure(FailureClass::Blocked, "aws.ResourceNotFoundException", message)
}

fn dry() -> Placed {
    Placed { shard: "dry-run".to_owned(), sequence_number: "0".to_owned() }
}

fn denied() -> Failure {
    failure(FailureClass::Blocked, "sink.denied", "describe and validate may not reach a stream")
}

/// A bug of the host, which must not cost a message.
fn forgotten() -> Failure {
    failure(FailureClass::Transient, "sink.forgotten", "the host lost sight of this record; it is tried again")
}
