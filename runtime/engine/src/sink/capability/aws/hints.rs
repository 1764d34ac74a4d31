//! What AWS' error codes mean for a delivery, and what a person can do about each.
//!
//! Source: the lists of error codes of Amazon S3 and Amazon Kinesis Data Streams, and the errors that all services share.

use crate::sink::wasm::bindings::ampline::sink::types::FailureClass::{self, Blocked, Rejected, Throttled, Transient};

const CREDENTIALS: &str = "check awsKeyId, awsSecretKey and awsSessionToken of the destination";
const EXPIRED: &str = "store fresh credentials; temporary ones (with an awsSessionToken) expire";
const POLICY: &str = "allow s3:PutObject on the bucket's objects, or kinesis:PutRecords on the stream, to whom the keys belong";
const REGION: &str = "set `region` to the bucket's own region";
const BUCKET: &str = "create the bucket, or correct `bucket`, `region` and whose keys are used";
const STREAM: &str = "create the stream, or correct the stream's name, `region` and whose keys are used";
const STORAGE_CLASS: &str = "choose a storageClass that this bucket and server offer";
const KMS: &str = "repair the encryption key of the bucket or stream, or the permission to use it";
const CLOCK: &str = "set this machine's clock: requests are signed with the time, and it is more than 15 minutes off";
const NONE: &str = "";
const KEY: &str = "choose a template with shorter keys";
const STREAM_SIZE: &str = "set maxRecordKiB to what the stream takes";

/// By code; the most telling come first only for the reader.
const CODES: &[(FailureClass, &str, &[&str])] = &[
    (
        Blocked,
        CREDENTIALS,
        &[
            "InvalidAccessKeyId",
            "SignatureDoesNotMatch",
            "InvalidSignatureException",
            "UnrecognizedClientException",
            "InvalidClientTokenId",
            "InvalidToken",
            "MissingAuthenticationToken",
            "MissingAuthenticationTokenException",
            "IncompleteSignature",
            "IncompleteSignatureException",
            "AuthFailure",
            "CredentialsNotSupported",
            "NotSignedUp",
            "OptInRequired",
            "InvalidSecurity",
            "AccountProblem",
        ],
    ),
    (Blocked, EXPIRED, &["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired", "RequestExpired"]),
    (
        Blocked,
        POLICY,
        &[
            "AccessDenied",
            "AccessDeniedException",
            "AllAccessDisabled",
            "UnauthorizedOperation",
            "NotAuthorized",
            "AccountSuspended",
            "Forbidden",
        ],
    ),
    (
        Blocked,
        REGION,
        &["PermanentRedirect", "MovedPermanently", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"],
    ),
    (Blocked, BUCKET, &["NoSuchBucket", "NotFound", "InvalidBucketName", "InvalidBucketState"]),
    (Blocked, STREAM, &["ResourceNotFoundException"]),
    (Blocked, STORAGE_CLASS, &["InvalidStorageClass"]),
    (
        Blocked,
        KMS,
        &[
            "KMSAccessDeniedException",
            "KMSDisabledException",
            "KMSInvalidStateException",
            "KMSNotFoundException",
            "KMSOptInRequired",
            "KMS.DisabledException",
            "KMS.NotFoundException",
            "KMS.KMSInvalidStateException",
        ],
    ),
    (Transient, CLOCK, &["RequestTimeTooSkewed", "RequestInTheFuture"]),
    (
        Throttled,
        NONE,
        &[
            "SlowDown",
            "Throttling",
            "ThrottlingException",
            "ThrottledException",
            "RequestThrottled",
            "RequestThrottledException",
            "TooManyRequestsException",
            "RequestLimitExceeded",
            "BandwidthLimitExceeded",
            "ProvisionedThroughputExceededException",
            "LimitExceededException",
            "KMSThrottlingException",
        ],
    ),
    (Rejected, KEY, &["KeyTooLongError"]),
    (Rejected, STREAM_SIZE, &["InvalidArgumentException", "ValidationException", "RequestEntityTooLarge"]),
    (
        Rejected,
        NONE,
        &["InvalidArgument", "InvalidURI", "MetadataTooLarge", "EntityTooLarge", "MaxMessageLengthExceeded", "InvalidTag"],
    ),
    (
        Transient,
        NONE,
        &[
            "InternalError",
            "InternalFailure",
            "InternalFailureException",
            "InternalServerError",
            "ServiceUnavailable",
            "ServiceUnavailableException",
            "OperationAborted",
            "ConditionalRequestConflict",
            "RequestTimeout",
            "RequestTimeoutException",
            "IncompleteBody",
            "BadDigest",
            "InvalidDigest",
            "XAmzContentSHA256Mismatch",
            "TemporaryRedirect",
            "ResourceInUseException",
        ],
    ),
];

/// The class of a failure, and what to do; the latter empty where there is nothing to do. `code` decides where it is known, else
/// the HTTP status does.
pub(super) fn meaning(code: Option<&str>, status: u16) -> (FailureClass, &'static str) {
    let known = code.and_then(|code| CODES.iter().find(|(_, _, codes)| codes.contains(&code)));
    match (known, status) {
        (Some((class, hint, _)), _) => (*class, hint),
        (None, 301 | 307 | 308) => (Blocked, REGION),
        (None, 401 | 403) => (Blocked, CREDENTIALS),
        (None, 404) => (Blocked, "correct the name of the bucket or stream, `region` or endpointUrl"),
        (None, 413) => (Rejected, STREAM_SIZE),
        (None, 429 | 503) => (Throttled, NONE),
        (None, _) => (Transient, NONE),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_code_decides_and_else_the_status() {
        for (code, status, class, hint) in [
            (Some("NoSuchBucket"), 404, Blocked, "create the bucket"),
            (Some("SignatureDoesNotMatch"), 403, Blocked, "awsSecretKey"),
            (Some("AccessDenied"), 403, Blocked, "s3:PutObject"),
            (Some("PermanentRedirect"), 301, Blocked, "region"),
            (Some("RequestTimeTooSkewed"), 403, Transient, "clock"),
            (Some("SlowDown"), 503, Throttled, ""),
            (Some("InternalError"), 500, Transient, ""),
            (Some("KeyTooLongError"), 400, Rejected, "shorter"),
            (Some("SomethingNew"), 403, Blocked, "awsKeyId"),
            (Some("SomethingNew"), 400, Transient, ""),
            (None, 403, Blocked, "awsKeyId"),
            (None, 503, Throttled, ""),
            (None, 500, Transient, ""),
            (None, 413, Rejected, "maxRecordKiB"),
        ] {
            let got = meaning(code, status);
            assert!(got.0 == class && got.1.contains(hint) && got.1.is_empty() == hint.is_empty(), "{code:?} {status}: {got:?}");
        }
    }

    #[test]
    fn no_code_has_two_meanings() {
        let mut seen = BTreeSet::new();
        for code in CODES.iter().flat_map(|(_, _, codes)| codes.iter()) {
            assert!(seen.insert(code), "{code}");
        }
    }
}
