//! Records divided into calls of PutRecords, within the limits of a call.

use super::super::payload::Pieces;

/// Most records in a call.
const RECORDS_MAX: usize = 500;
/// Most bytes of data and partition keys in a call of several records; a record that is larger goes alone.
const BYTES_MAX: usize = 5 << 20;

/// A record on its way, and its place among those that the sink gave.
pub(super) struct Record {
    pub(super) index: usize,
    pub(super) key: String,
    pub(super) data: Pieces,
}

impl Record {
    fn bytes(&self) -> usize {
        self.key.len() + self.data.len()
    }
}

/// The records in calls, in their order.
pub(super) fn grouped(records: Vec<Record>) -> Vec<Vec<Record>> {
    let mut calls: Vec<Vec<Record>> = Vec::new();
    let mut bytes = 0;
    for record in records {
        let size = record.bytes();
        match calls.last_mut() {
            Some(call) if call.len() < RECORDS_MAX && bytes + size <= BYTES_MAX => {
                bytes += size;
                call.push(record);
            }
            _ => {
                bytes = size;
                calls.push(vec![record]);
            }
        }
    }
    calls
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    /// Records of these sizes (one byte of each is the key's) go out in calls of these lengths.
    fn check(sizes: &[usize], expected: &[usize]) {
        let whole = Bytes::from(vec![0; 11 << 20]);
        let record =
            |(index, size): (usize, &usize)| Record { index, key: "k".to_owned(), data: Pieces::of(whole.slice(..size - 1)) };
        let calls = grouped(sizes.iter().enumerate().map(record).collect());
        assert_eq!(calls.iter().map(Vec::len).collect::<Vec<_>>(), expected, "{sizes:?}");
        let order: Vec<_> = calls.iter().flatten().map(|record| record.index).collect();
        assert_eq!(order, (0..sizes.len()).collect::<Vec<_>>());
    }

    #[test]
    fn no_call_is_above_its_limits() {
        const MIB: usize = 1 << 20;
        check(&[], &[]);
        check(&[100; 500], &[500]);
        check(&[100; 501], &[500, 1]);
        check(&[100; 1_001], &[500, 500, 1]);
        check(&[MIB; 5], &[5]);
        check(&[MIB; 6], &[5, 1]);
        check(&[MIB, MIB, MIB, MIB, MIB - 1, 1, 1], &[6, 1]);
        check(&[10 * MIB, 1, 6 * MIB, 1], &[1, 1, 1, 1]);
    }
}
