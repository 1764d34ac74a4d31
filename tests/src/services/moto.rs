//! moto: S3, Kinesis, IAM and STS in one process, which on demand verifies signatures, session tokens and policies.

use std::{collections::HashMap, net::SocketAddr};

use serde_json::json;

use super::{
    Service,
    aws::{Keys, Looking, REQUIREMENTS},
};
use crate::{loopback::Client, python::Venv};

/// A running moto, whose state goes with it.
pub struct Moto {
    service: Service,
    looking: Looking,
}

impl Moto {
    /// Starts it; it takes every signature.
    ///
    /// # Errors
    /// When it cannot be installed or started; give it to [`crate::requirement::require`].
    pub fn start() -> Result<Self, String> {
        let venv = Venv::of(REQUIREMENTS)?;
        let service = Service::start("moto", |port| {
            let mut command = venv.command("moto_server");
            command.args(["-H", "127.0.0.1", "-p", &port.to_string()]);
            command
        })?;
        let looking = Looking::at(&service.url())?;
        Ok(Self { service, looking })
    }

    /// Where it listens.
    pub fn url(&self) -> String {
        self.service.url()
    }

    /// Where it listens, as an address.
    pub fn address(&self) -> SocketAddr {
        self.service.address()
    }

    /// Looks at what it stores.
    pub fn looking(&self) -> &Looking {
        &self.looking
    }

    /// Makes users and a role, and from now on refuses what is not signed by one of them or not allowed to them: `admin` may do
    /// everything, `writer` and `session` (which has a token) may write to the bucket and to streams, `stranger` may do nothing.
    ///
    /// # Errors
    /// What the client or the server said.
    pub async fn enforce(&mut self, bucket: &str) -> Result<HashMap<String, Keys>, String> {
        let users: HashMap<String, Keys> = self.looking.ask("iam", json!({"bucket": bucket}))?;
        let client = Client::new(&self.url());
        // It answers 500 where the body is announced as JSON.
        let answer = client.with("content-type", "text/plain").call("POST", "/moto-api/reset-auth", "0").await;
        let answer = answer.map_err(|error| error.to_string())?;
        if answer.status != 200 {
            return Err(format!("moto answered {} to reset-auth: {}", answer.status, answer.body));
        }
        self.looking = self.looking.clone().with(&users["admin"]);
        Ok(users)
    }
}
