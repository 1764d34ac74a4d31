//! Where the records lie in a body, in few bytes: a version, then variable-length integers, seven bits a byte.

use ampline_core::message::{BodyIndex, RecordSpan};

const VERSION: u8 = 1;
const HAS_MODIFIED: u8 = 1;
const DELETED: u8 = 2;

/// The index as bytes.
pub(super) fn encode(index: &BodyIndex) -> Vec<u8> {
    let mut out = Vec::with_capacity(8 + index.records.len() * 32);
    out.push(VERSION);
    put(&mut out, u64::from(index.result_info_at));
    put(&mut out, index.records.len() as u64);
    for record in &index.records {
        put(&mut out, record.id.len() as u64);
        out.extend_from_slice(record.id.as_bytes());
        put(&mut out, u64::from(record.start));
        put(&mut out, u64::from(record.end));
        let modified = if record.modified_at_ms.is_some() { HAS_MODIFIED } else { 0 };
        out.push(modified | if record.deleted { DELETED } else { 0 });
        if let Some(modified_at_ms) = record.modified_at_ms {
            put(&mut out, modified_at_ms.cast_unsigned());
        }
    }
    out
}

/// The index of [`encode`]d bytes; nothing where they are damaged.
pub(super) fn decode(mut bytes: &[u8]) -> Option<BodyIndex> {
    let from = &mut bytes;
    if take(from, 1)? != [VERSION] {
        return None;
    }
    let result_info_at = get_u32(from)?;
    let count = get(from)?;
    let records = (0..count).map(|_| record(from)).collect::<Option<Vec<_>>>()?;
    from.is_empty().then_some(BodyIndex { result_info_at, records })
}

fn record(from: &mut &[u8]) -> Option<RecordSpan> {
    let id_bytes = usize::try_from(get(from)?).ok()?;
    let id = std::str::from_utf8(take(from, id_bytes)?).ok()?.to_owned();
    let (start, end) = (get_u32(from)?, get_u32(from)?);
    let flags = take(from, 1)?[0];
    let modified_at_ms = if flags & HAS_MODIFIED != 0 { Some(get(from)?.cast_signed()) } else { None };
    Some(RecordSpan { id, start, end, modified_at_ms, deleted: flags & DELETED != 0 })
}

fn put(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn get(from: &mut &[u8]) -> Option<u64> {
    let mut value = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let byte = take(from, 1)?[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(value);
        }
    }
    None
}

fn get_u32(from: &mut &[u8]) -> Option<u32> {
    get(from)?.try_into().ok()
}

fn take<'a>(from: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = from.split_at_checked(count)?;
    *from = rest;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comes_back_as_it_was_and_damage_is_noticed() {
        let span =
            |id: &str, start, end, modified_at_ms, deleted| RecordSpan { id: id.to_owned(), start, end, modified_at_ms, deleted };
        let rows = [
            BodyIndex { result_info_at: 0, records: vec![] },
            BodyIndex { result_info_at: u32::MAX, records: vec![span("", 0, u32::MAX, None, true)] },
            BodyIndex {
                result_info_at: 299_999,
                records: vec![
                    span("é-1", 127, 128, Some(i64::MIN), false),
                    span("2", 16_383, 16_384, Some(1_700_000_000_000), true),
                ],
            },
        ];
        for index in rows {
            let bytes = encode(&index);
            assert_eq!(decode(&bytes), Some(index));
            for length in 0..bytes.len() {
                assert_eq!(decode(&bytes[..length]), None, "{bytes:?} cut to {length}");
            }
            assert_eq!(decode(&[bytes.as_slice(), &[0]].concat()), None);
        }
        assert_eq!(decode(&[VERSION, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]), None);
    }
}
