//! A batch written in transactions of a bounded size, and what became of each message. A record that the database refuses is looked
//! for by halves, so that it takes none of its neighbours with it.

use ampline_sink::{Envelope, Failure, FailureClass, Outcome, messages::Entry};

use crate::{
    rows::{Row, rows, shown, write},
    table::{Table, Transact},
};

/// Most records of a transaction.
const ROWS_MAX: usize = 5_000;
/// Transactions that a batch may take to find the records that are refused; each costs a round trip, and a batch has its time.
const TRANSACTIONS_MAX: u32 = 4_000;
/// Refused records of a message that its reason names.
const NAMED_MAX: usize = 5;
/// Longest reason for one record.
const REASON_BYTES_MAX: usize = 1_000;

/// Writes the records of a batch. A message is delivered when all its records are in the table; it is rejected when all but the
/// refused ones are.
pub(crate) fn apply(table: &Table, batch: &[Envelope], entries: &[Vec<Entry>], transact: Transact<'_>) -> Vec<Outcome> {
    let rows = rows(batch, entries);
    let mut work = Work { table, transact, transactions_left: TRANSACTIONS_MAX, refused: Vec::new(), unwritten: None };
    for run in rows.chunks(ROWS_MAX) {
        work.write(run);
    }
    let Work { refused, unwritten, .. } = work;
    let outcome = |(place, entries): (u32, &Vec<Entry>)| match &unwritten {
        // Its other records are not all in the table yet: with the next attempt they will be.
        Some((from, failure)) if *from <= place && !entries.is_empty() => Outcome::Failed(failure.clone()),
        _ => refusal(entries.len(), refused.iter().filter(|(row, _)| row.at.envelope == place).collect()),
    };
    (0..).zip(entries).map(outcome).collect()
}

struct Work<'a, 'r> {
    table: &'a Table,
    transact: Transact<'a>,
    transactions_left: u32,
    /// Records that the database does not take, and why.
    refused: Vec<(Row<'r>, Failure)>,
    /// The first message of which a record was not written for another reason. Nothing is tried behind it.
    unwritten: Option<(u32, Failure)>,
}

impl<'r> Work<'_, 'r> {
    fn write(&mut self, run: &[Row<'r>]) {
        let Some(first) = run.first().filter(|_| self.unwritten.is_none()) else { return };
        let Some(left) = self.transactions_left.checked_sub(1) else {
            let message = format!("more records of the batch are refused than {TRANSACTIONS_MAX} transactions could find");
            self.unwritten = Some((first.at.envelope, Failure::transient("sink.refusals", message)));
            return;
        };
        self.transactions_left = left;
        match write(self.table, run, self.transact) {
            Ok(()) => {}
            Err(failure) if failure.class != FailureClass::Rejected => self.unwritten = Some((first.at.envelope, failure)),
            Err(failure) => match run {
                [row] => self.refused.push((*row, failure)),
                several => {
                    let (left, right) = several.split_at(several.len() / 2);
                    self.write(left);
                    self.write(right);
                }
            },
        }
    }
}

/// Delivered where nothing was refused, else rejected with the records' names and the database's words.
fn refusal(records: usize, refused: Vec<&(Row<'_>, Failure)>) -> Outcome {
    let Some((_, first)) = refused.first() else { return Outcome::Delivered(None) };
    let mut reasons: Vec<_> = refused.iter().take(NAMED_MAX).map(|(row, failure)| reason(row, failure)).collect();
    if refused.len() > NAMED_MAX {
        reasons.push(format!("and {} more", refused.len() - NAMED_MAX));
    }
    let others = match records - refused.len() {
        0 => String::new(),
        written => format!(" (the other {written} are in the table)"),
    };
    let message = format!("{} of {records} records refused{others}: {}", refused.len(), reasons.join("; "));
    Outcome::Failed(Failure { message, extras: Vec::new(), ..first.clone() })
}

fn reason(row: &Row<'_>, failure: &Failure) -> String {
    let text = format!("record {} of group {}: {}", shown(row.id), shown(row.group), failure.message);
    text[..text.floor_char_boundary(REASON_BYTES_MAX)].to_owned()
}

#[cfg(test)]
mod tests {
    //! Double: `transact` is a closure that keeps the groups and ids it is given and refuses those that it is told to.

    use ampline_sink::sql::{Parameter, Statement};

    use super::*;
    use crate::Config;

    fn table() -> Table {
        Table::new(&Config { table: "t".to_owned(), schema: "public".to_owned() })
    }

    fn envelope(place: usize) -> Envelope {
        let (id, group) = (format!("e{place}"), "g".to_owned());
        Envelope { id, group, ordering_key: None, occurred_at: 100, size: 0, records: 0, attempt: 1 }
    }

    fn entry(id: &str, modified_at: u64) -> Entry {
        Entry { id: id.to_owned(), deleted: id.ends_with('!'), modified_at }
    }

    fn ids<'a>(statement: &Statement<'a>) -> Vec<&'a str> {
        match statement.parameters {
            [_, Parameter::Texts(ids), ..] => ids.to_vec(),
            _ => panic!("no ids"),
        }
    }

    /// Messages as lists of ids; a transaction with an id in `refuses` is refused, one with an id in `fails` fails.
    /// Gives the ids of each transaction that succeeded and one letter for each outcome: d, r, or t.
    fn run(messages: &[&[&str]], refuses: &[&str], fails: &[&str]) -> (Vec<String>, String, Vec<Outcome>) {
        let batch: Vec<_> = (0..messages.len()).map(envelope).collect();
        let entries: Vec<Vec<_>> = messages.iter().map(|ids| ids.iter().map(|id| entry(id, 7)).collect()).collect();
        let mut written = Vec::new();
        let outcomes = apply(&table(), &batch, &entries, &mut |statements| {
            let ids = ids(&statements[0]);
            if ids.iter().any(|id| fails.contains(id)) {
                return Err(Failure::transient("pg.reset", "lost"));
            }
            if ids.iter().any(|id| refuses.contains(id)) {
                return Err(Failure::rejected("pg.22P05", "unsupported Unicode escape sequence"));
            }
            written.push(ids.join(" "));
            Ok(vec![0; statements.len()])
        });
        let letter = |outcome: &Outcome| match outcome {
            Outcome::Delivered(_) => 'd',
            Outcome::Failed(failure) if failure.class == FailureClass::Rejected => 'r',
            Outcome::Failed(_) => 't',
        };
        let letters = outcomes.iter().map(letter).collect();
        (written, letters, outcomes)
    }

    fn check(messages: &[&[&str]], refuses: &[&str], fails: &[&str], written: &[&str], letters: &str) {
        let (found, outcomes, _) = run(messages, refuses, fails);
        assert_eq!(found, written, "{messages:?}");
        assert_eq!(outcomes, letters, "{messages:?}");
    }

    #[test]
    fn a_bad_record_is_found_and_takes_nobody_with_it() {
        check(&[&["b", "a"], &["c"]], &[], &[], &["a b c"], "dd");
        check(&[], &[], &[], &[], "");
        check(&[&[], &["a"]], &[], &[], &["a"], "dd");
        check(&[&["a", "x"], &["c", "d"]], &["x"], &[], &["a", "c d"], "rd");
        check(&[&["a"], &["x", "y"], &["d"]], &["x", "y"], &[], &["a", "d"], "drd");
        check(&[&["a"], &["b"]], &[], &["b"], &[], "tt");
        // What could not be written stays to be written, whatever else is refused in it.
        check(&[&["x", "a"], &["b", "f"]], &["x"], &["f"], &[], "tt");
        check(&[&["x", "a"], &["f", "b"], &[]], &["x"], &["f"], &[], "ttd");
    }

    #[test]
    fn of_two_states_the_newest_goes_and_an_old_one_survives_a_refused_new_one() {
        let batch = [envelope(0), envelope(1)];
        let entries = [vec![entry("a", 1), entry("a", 3)], vec![entry("a", 2)]];
        let mut seen = Vec::new();
        let outcomes = apply(&table(), &batch, &entries, &mut |statements| {
            let [_, _, Parameter::Integers(modified), ..] = statements[0].parameters else { panic!("no versions") };
            seen.push(modified.to_vec());
            if modified.contains(&3) { Err(Failure::rejected("pg.22P02", "no")) } else { Ok(vec![0]) }
        });
        assert_eq!(seen, [vec![3], vec![1], vec![3], vec![3], vec![2]].map(|v| v).to_vec());
        assert!(matches!(outcomes[..], [Outcome::Failed(_), Outcome::Delivered(_)]));
    }

    #[test]
    fn deletes_take_a_second_statement() {
        let mut counts = Vec::new();
        let entries = [vec![entry("a", 1), entry("b!", 1)], vec![entry("c", 1)]];
        apply(&table(), &[envelope(0), envelope(1)], &entries, &mut |statements| {
            counts.push((statements.len(), statements[0].intent.to_owned(), ids(&statements[statements.len() - 1]).join(" ")));
            Ok(vec![0; statements.len()])
        });
        let intent = r#"upsert 2 records into "public"."t" and delete 1 from it"#;
        assert_eq!(counts, [(2, intent.to_owned(), "b!".to_owned())]);
    }

    #[test]
    fn a_reason_names_its_records() {
        let (_, _, outcomes) = run(&[&["a", "x", "b"]], &["x"], &[]);
        let [Outcome::Failed(failure)] = &outcomes[..] else { panic!("{outcomes:?}") };
        assert_eq!(
            failure.message,
            r#"1 of 3 records refused (the other 2 are in the table): record "x" of group "g": unsupported Unicode escape sequence"#
        );
        let ids: Vec<String> = (0..9).map(|n| format!("x{n}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let (_, _, outcomes) = run(&[&ids], &ids, &[]);
        let [Outcome::Failed(failure)] = &outcomes[..] else { panic!("{outcomes:?}") };
        assert!(failure.message.starts_with("9 of 9 records refused: record") && failure.message.ends_with("; and 4 more"));
    }
}
