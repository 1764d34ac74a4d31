//! `objects`: an S3 bucket.

use std::{sync::Arc, time::Instant};

use aws_sdk_s3::{
    Client,
    operation::{head_bucket::HeadBucketError, put_object::PutObjectError},
    primitives::ByteStream,
    types::StorageClass,
};
use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::{StreamExt, stream};
use tokio::time::Instant as Deadline;

use super::{
    Host, Lease,
    aws::{Opened, denies, failed, unanswered, within},
    failure,
    payload::{Pieces, carried},
    watched::{Watched, places, through},
};
use crate::sink::{
    seam::{self, Call, What},
    wasm::bindings::ampline::sink::{
        objects::{self, Object},
        types::{Failure, FailureClass},
    },
};

/// Objects of one call that are on their way at the same time; the others wait, so that not all bodies are copied at once.
const IN_FLIGHT_MAX: usize = 64;

/// An object that is ready to go.
struct Prepared {
    key: String,
    body: Pieces,
    content_type: String,
    metadata: Vec<(String, String)>,
    storage_class: Option<String>,
    watched: Option<Watched>,
}

impl objects::Host for Host {
    async fn put(&mut self, objects: Vec<Object>) -> wasmtime::Result<Vec<Result<String, Failure>>> {
        self.count_call()?;
        let prepared = self.packed(objects);
        let Some(lease) = &self.lease else {
            return Ok(prepared.into_iter().map(|_| Err(denied())).collect());
        };
        if lease.granted.network.is_dry() {
            return Ok(prepared.into_iter().map(|(_, object)| object.map(|_| "dry-run".to_owned())).collect());
        }
        self.reached_out |= prepared.iter().any(|(_, object)| object.is_ok());
        let (meter, started, deadline) = (self.meter.clone(), self.started, lease.granted.deadline(self.started));
        let stored = meter.host(async { stored(lease.bucket().await, prepared, started, deadline).await }).await;
        let noted = |(place, elapsed, result)| {
            self.note(place, elapsed);
            result
        };
        Ok(stored.into_iter().map(noted).collect())
    }

    async fn probe(&mut self) -> wasmtime::Result<Result<(), Failure>> {
        self.count_call()?;
        let Some(lease) = &self.lease else { return Ok(Err(denied())) };
        let (meter, deadline) = (self.meter.clone(), lease.granted.deadline(self.started));
        let watched = self.watched(|| Call { envelopes: Vec::new(), what: What::Probe("objects") });
        Ok(meter.host(through(watched, within(deadline, probed(lease)))).await)
    }
}

impl Host {
    fn packed(&mut self, objects: Vec<Object>) -> Vec<(Option<u32>, Result<Prepared, Failure>)> {
        let prepare = |object: Object| {
            let place = carried(&object.body);
            let counted = self.count_request();
            let envelopes = places([&object.body]);
            let body = counted.and_then(|()| self.pieces(object.body));
            let Object { key, content_type, metadata, storage_class, .. } = object;
            let prepared = body.map(|body| Prepared { key, body, content_type, metadata, storage_class, watched: None });
            (place, prepared.map(|object| Prepared { watched: self.watched(|| seen(envelopes, &object)), ..object }))
        };
        objects.into_iter().map(prepare).collect()
    }
}

fn seen(envelopes: Vec<u32>, object: &Prepared) -> Call {
    let what = What::Put(seam::Object {
        key: object.key.clone(),
        body: object.body.joined(),
        content_type: object.content_type.clone(),
        metadata: object.metadata.clone(),
        storage_class: object.storage_class.clone(),
    });
    Call { envelopes, what }
}

type Noted = (Option<u32>, std::time::Duration, Result<String, Failure>);

async fn stored(
    opened: Result<Arc<Opened<Client>>, Failure>,
    prepared: Vec<(Option<u32>, Result<Prepared, Failure>)>,
    started: Instant,
    deadline: Deadline,
) -> Vec<Noted> {
    let put = |(place, object): (Option<u32>, Result<Prepared, Failure>)| {
        let opened = opened.clone();
        async move {
            let result = match (opened, object) {
                (Ok(opened), Ok(mut object)) => through(object.watched.take(), within(deadline, put(&opened, object))).await,
                (Err(failure), _) | (_, Err(failure)) => Err(failure),
            };
            (place, started.elapsed(), result)
        }
    };
    stream::iter(prepared.into_iter().map(put)).buffered(IN_FLIGHT_MAX).collect().await
}

async fn put(opened: &Opened<Client>, object: Prepared) -> Result<String, Failure> {
    let mut request = opened
        .client
        .put_object()
        .bucket(&opened.place().name)
        .key(object.key)
        .content_type(object.content_type)
        .set_storage_class(object.storage_class.as_deref().map(StorageClass::from))
        .body(ByteStream::from(object.body.joined()));
    for (name, value) in object.metadata {
        request = request.metadata(name, header_text(value));
    }
    match request.send().await {
        Ok(done) => Ok(done.e_tag.unwrap_or_default()),
        Err(error) => Err(failed::<_, PutObjectError>(opened, &error)),
    }
}

/// A text as a header carries it: where it is not plain ASCII, as RFC 2047 writes it, which is also how S3 shows it.
fn header_text(text: String) -> String {
    let plain = text.bytes().all(|byte| (b' '..=b'~').contains(&byte)) && text.trim() == text;
    if plain { text } else { format!("=?UTF-8?B?{}?=", BASE64_STANDARD.encode(text)) }
}

/// Whether the bucket is there. Who may only put objects may not ask, so that a refusal says nothing against the bucket; what it
/// says of the credentials is asked for once more, because an answer to a HEAD has no body to say it in.
async fn probed(lease: &Lease) -> Result<(), Failure> {
    let opened = lease.bucket().await?;
    let Err(error) = opened.client.head_bucket().bucket(&opened.place().name).send().await else { return Ok(()) };
    let refused = error.raw_response().is_some_and(|response| response.status().as_u16() == 403);
    if !refused || unanswered(&error).is_some() {
        return Err(failed::<_, HeadBucketError>(&opened, &error));
    }
    match opened.client.list_objects_v2().bucket(&opened.place().name).max_keys(1).send().await {
        Ok(_) => Ok(()),
        Err(error) if denies(&error) => {
            lease.could_not_look(opened.place());
            Ok(())
        }
        Err(error) => Err(failed(&opened, &error)),
    }
}

fn denied() -> Failure {
    failure(FailureClass::Blocked, "sink.denied", "describe and validate may not reach a bucket")
}

#[cfg(test)]
mod tests {
    use super::header_text;

    #[test]
    fn what_a_header_cannot_carry_is_encoded() {
        for (text, expected) in [
            ("contacts", "contacts"),
            ("a b/c;d", "a b/c;d"),
            ("", ""),
            ("Größe", "=?UTF-8?B?R3LDtsOfZQ==?="),
            (" x", "=?UTF-8?B?IHg=?="),
            ("a\r\nx-b: 1", "=?UTF-8?B?YQ0KeC1iOiAx?="),
        ] {
            assert_eq!(header_text(text.to_owned()), expected, "{text:?}");
        }
    }
}
