//! The records of a batch as rows, and a run of rows as the statements that write it.

use ampline_sink::{
    Envelope, Failure, Payload, RecordRef,
    messages::Entry,
    sql::{Parameter, Statement},
};

use crate::table::{Table, Transact};

/// What a message shows of an id.
const SHOWN_BYTES_MAX: usize = 100;

/// One record of a message, and which state of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row<'a> {
    pub(crate) at: RecordAt,
    pub(crate) group: &'a str,
    pub(crate) id: &'a str,
    /// When it was modified and when it was read: the greater is the newer.
    version: (i64, i64),
    deleted: bool,
}

/// A place in the batch, and one among that message's records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct RecordAt {
    pub(crate) envelope: u32,
    index: u32,
}

/// All records of a batch, message by message.
pub(crate) fn rows<'a>(batch: &'a [Envelope], entries: &'a [Vec<Entry>]) -> Vec<Row<'a>> {
    let places = (0..).zip(batch).zip(entries);
    places.flat_map(|((place, envelope), entries)| (0..).zip(entries).map(move |at| row(place, envelope, at))).collect()
}

fn row<'a>(envelope: u32, of: &'a Envelope, (index, entry): (u32, &'a Entry)) -> Row<'a> {
    Row {
        at: RecordAt { envelope, index },
        group: &of.group,
        id: &entry.id,
        version: (bigint(entry.modified_at), bigint(of.occurred_at)),
        deleted: entry.deleted,
    }
}

fn bigint(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// Writes rows in one transaction. One statement cannot touch a row of the table twice, so of several states of a record only the
/// newest goes; and all go in the order of their keys, so that two transactions that share records wait for each other in one order.
pub(crate) fn write(table: &Table, rows: &[Row<'_>], transact: Transact<'_>) -> Result<(), Failure> {
    let mut newest: Vec<&Row<'_>> = rows.iter().collect();
    // Providers give records in some order of their own, mostly this one: a sort notices, a tree would not.
    newest.sort_by_key(|row| (row.group, row.id, row.version));
    newest.dedup_by(|next, kept| {
        let same = (next.group, next.id) == (kept.group, kept.id);
        if same {
            *kept = *next;
        }
        same
    });
    let (mut modified, mut occurred, mut documents) = (Vec::new(), Vec::new(), Vec::new());
    for row in &newest {
        modified.push(row.version.0);
        occurred.push(row.version.1);
        let RecordAt { envelope, index } = row.at;
        documents.push((!row.deleted).then_some(Payload::Data(RecordRef { envelope, index })));
    }
    let keys = |deleted_only: bool| newest.iter().filter(move |row| row.deleted || !deleted_only).map(|row| (row.group, row.id));
    let (groups, ids): (Vec<_>, Vec<_>) = keys(false).unzip();
    let (gone_groups, gone_ids): (Vec<_>, Vec<_>) = keys(true).unzip();
    let intent = intent(&newest, &table.name);
    let upsert = [
        Parameter::Texts(&groups),
        Parameter::Texts(&ids),
        Parameter::Integers(&modified),
        Parameter::Integers(&occurred),
        Parameter::Documents(&documents),
    ];
    let delete = [Parameter::Texts(&gone_groups), Parameter::Texts(&gone_ids)];
    let statements = [
        Statement { text: &table.upsert, parameters: &upsert, intent: &intent },
        Statement { text: &table.delete, parameters: &delete, intent: &intent },
    ];
    let needed = if gone_ids.is_empty() { 1 } else { 2 };
    transact(&statements[..needed]).map(drop).map_err(|failure| table.told(failure))
}

/// An id or a group for a person to read: quoted, and cut where it is absurdly long.
pub(crate) fn shown(text: &str) -> String {
    let cut = text.floor_char_boundary(SHOWN_BYTES_MAX);
    if cut < text.len() { format!("{:?}…", &text[..cut]) } else { format!("{text:?}") }
}

/// What a transaction is for, to be read after "could not".
fn intent(rows: &[&Row<'_>], table: &str) -> String {
    let deleted = rows.iter().filter(|row| row.deleted).count();
    match (rows, rows.len() - deleted, deleted) {
        ([row], 1, _) => format!("upsert record {} into {table}", shown(row.id)),
        ([row], 0, _) => format!("delete record {} from {table}", shown(row.id)),
        (_, live, 0) => format!("upsert {live} records into {table}"),
        (_, 0, gone) => format!("delete {gone} records from {table}"),
        (_, live, gone) => format!("upsert {live} records into {table} and delete {gone} from it"),
    }
}
