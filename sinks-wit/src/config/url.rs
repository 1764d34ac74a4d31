//! An absolute address as a member of a configuration.

use std::{fmt, ops::Deref};

use serde_json::Value;

use super::{Field, Issues, Rules, Schema};
use crate::url::{self, URL_BYTES_MAX};

/// Scheme, host, and what follows up to a fragment, which there must not be.
const PATTERN: &str = r"^[hH][tT][tT][pP][sS]?://[^\s/?#@\\]+([/?][^\s#\\]*)?$";

/// An absolute address without user name, password or fragment. Where `PLAIN` is false, it must be `https` or lead to this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address<const PLAIN: bool>(String);

/// An absolute `https` address; plain `http` goes to this machine only.
pub type Url = Address<false>;
/// An absolute `http` or `https` address, for a sink with a member that allows the former: look at both together with
/// [`url::fault`].
pub type HttpUrl = Address<true>;

impl<const PLAIN: bool> Deref for Address<PLAIN> {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl<const PLAIN: bool> fmt::Display for Address<PLAIN> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<const PLAIN: bool> Field for Address<PLAIN> {
    fn schema(_: &Rules) -> Schema {
        Schema::of("string").with("maxLength", URL_BYTES_MAX).with("pattern", PATTERN)
    }

    fn read(value: &Value, _: &Rules, issues: &mut Issues) -> Option<Self> {
        let Some(text) = value.as_str() else {
            issues.fault("must be a text");
            return None;
        };
        if let Some(fault) = url::fault(text, true) {
            issues.fault(fault);
            return None;
        }
        if !PLAIN && url::fault(text, false).is_some() {
            issues.fault("must be https: plain http goes to this machine only");
            return None;
        }
        Some(Self(text.to_owned()))
    }
}
