//! A receiver that is fast enough not to be what is measured: it answers PutRecords with as many places as there are records.

use std::{net::SocketAddr, process::Command};

use axum::{Router, body::Bytes, http::header, response::IntoResponse, routing::post};

use super::Failure;
use crate::services::Service;

/// The hidden argument by which the benchmarks' program becomes the receiver.
pub const ARGUMENT: &str = "--kinesis-stub";

/// The receiver in a process of its own, so that what it uses counts for nobody.
pub(super) struct Stub(Service);

impl Stub {
    pub(super) fn start() -> Result<Self, Failure> {
        let program = std::env::current_exe()?;
        let command = |port: u16| {
            let mut command = Command::new(&program);
            command.arg(ARGUMENT).arg(format!("127.0.0.1:{port}"));
            command
        };
        Ok(Self(Service::start("the Kinesis stub", command)?))
    }

    pub(super) fn url(&self) -> String {
        self.0.url()
    }
}

/// Answers until the process ends.
///
/// # Errors
/// When the address cannot be had.
pub fn serve(address: SocketAddr) -> Result<(), String> {
    let tokio = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| error.to_string())?;
    tokio.block_on(answers(address)).map_err(|error| error.to_string())
}

async fn answers(address: SocketAddr) -> Result<(), Failure> {
    let listener = tokio::net::TcpListener::bind(address).await?;
    let router = Router::new().route("/", post(answer)).layer(axum::extract::DefaultBodyLimit::disable());
    Ok(axum::serve(listener, router).await?)
}

async fn answer(body: Bytes) -> impl IntoResponse {
    // Data is base64, in which no quote can be.
    let records = String::from_utf8_lossy(&body).matches("\"PartitionKey\":").count();
    let place =
        r#"{"SequenceNumber":"49590338271490256608559692538361571095921575989136588898","ShardId":"shardId-000000000000"}"#;
    let places = vec![place; records].join(",");
    ([(header::CONTENT_TYPE, "application/x-amz-json-1.1")], format!(r#"{{"FailedRecordCount":0,"Records":[{places}]}}"#))
}
