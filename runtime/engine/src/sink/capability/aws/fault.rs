//! A call of the SDK that failed, in the contract's words: the class, `aws.<Code>`, what AWS said, and what to do.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::{
    super::{cut, failure},
    Opened,
    connector::Unanswered,
    hints::meaning,
};
use crate::causes::causes;
use crate::sink::wasm::bindings::ampline::sink::types::{Failure, FailureClass};

/// What is told of an answer that the SDK does not understand.
const BODY_CHARS_MAX: usize = 400;
const WORDS_BYTES_MAX: usize = 2 << 10;
/// From here on it is the server that failed.
const SERVER_ERROR_MIN: u16 = 500;
/// Where S3 says which region a bucket is in.
const REGION_HEADER: &str = "x-amz-bucket-region";

/// A call that failed.
pub(in super::super) fn failed<C, E>(opened: &Opened<C>, error: &SdkError<E, HttpResponse>) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let told = match (unanswered(error), error.raw_response()) {
        (Some(failure), _) => failure,
        (None, Some(response)) => refused(opened, error, response),
        (None, None) => failure(FailureClass::Transient, "aws.request", format!("{}: {}", opened.place(), innermost(error))),
    };
    Failure { message: opened.redacted(told.message), ..told }
}

/// One record of a call that was not taken, though the call was.
pub(in super::super) fn entry<C>(opened: &Opened<C>, code: &str, words: &str) -> Failure {
    let (class, hint) = meaning(Some(code), SERVER_ERROR_MIN);
    stated(opened, class, hint, code, words, SERVER_ERROR_MIN)
}

/// Whether the other side knows whose keys these are and does not allow them this call.
pub(in super::super) fn denies<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    matches!(error.code(), Some("AccessDenied" | "AccessDeniedException" | "Forbidden"))
}

/// The call never came to an answer: no way there, or nothing to sign with.
pub(in super::super) fn unanswered(error: &(dyn Error + 'static)) -> Option<Failure> {
    causes(error).find_map(|cause| {
        let sent = cause.downcast_ref::<Unanswered>().map(|Unanswered(failure)| failure.clone());
        sent.or_else(|| cause.downcast_ref::<CredentialsError>().map(unsigned))
    })
}

fn unsigned(error: &CredentialsError) -> Failure {
    let class = match error {
        CredentialsError::CredentialsNotLoaded(_) | CredentialsError::InvalidConfiguration(_) => FailureClass::Blocked,
        _ => FailureClass::Transient,
    };
    let message = format!(
        "the destination has no keys, and the runtime's surroundings give none: {}; store awsKeyId and awsSecretKey, or give the \
         runtime a role or the variables AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY",
        innermost(error)
    );
    failure(class, "aws.credentials", message)
}

fn refused<C, E>(opened: &Opened<C>, error: &SdkError<E, HttpResponse>, response: &HttpResponse) -> Failure
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let status = response.status().as_u16();
    let meta = error.as_service_error().map(ProvideErrorMetadata::meta);
    let code = meta.and_then(|meta| meta.code()).filter(|code| !code.is_empty());
    let (class, hint) = meaning(code, status);
    let words = meta.and_then(|meta| meta.message()).map_or_else(|| body(response), str::to_owned);
    let named = code.map_or_else(|| format!("http.{status}"), str::to_owned);
    let place = opened.place();
    let elsewhere = response.headers().get(REGION_HEADER).filter(|region| *region != place.region && place.endpoint.is_none());
    match elsewhere {
        Some(region) if class == FailureClass::Blocked => {
            stated(opened, class, &format!("set `region` to {region:?}"), &named, &words, status)
        }
        _ => stated(opened, class, hint, &named, &words, status),
    }
}

fn stated<C>(opened: &Opened<C>, class: FailureClass, hint: &str, code: &str, words: &str, status: u16) -> Failure {
    let words = cut(words.trim().to_owned(), WORDS_BYTES_MAX);
    let told = if words.is_empty() { code.to_owned() } else { format!("{code}: {words}") };
    let remedy = if hint.is_empty() { String::new() } else { format!("; {hint}") };
    let code = if code.starts_with("http.") { code.to_owned() } else { format!("aws.{code}") };
    // A server that failed may have failed after it stored what came.
    let maybe_applied = class == FailureClass::Transient && status >= SERVER_ERROR_MIN;
    let message = opened.redacted(format!("{}: {told}{remedy}", opened.place()));
    Failure { maybe_applied, ..failure(class, &code, message) }
}

/// The beginning of an answer that is not in the protocol, as one line of text.
fn body(response: &HttpResponse) -> String {
    let text = String::from_utf8_lossy(response.body().bytes().unwrap_or_default()).into_owned();
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).take(BODY_CHARS_MAX).collect();
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn innermost(error: &(dyn Error + 'static)) -> String {
    causes(error).last().map(ToString::to_string).unwrap_or_default()
}
