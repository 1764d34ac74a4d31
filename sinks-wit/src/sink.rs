//! What a sink's author writes, and how it is joined to the component's exports.

use std::cell::RefCell;

use serde_json::Value;

use crate::{ConfigIssue, Descriptor, Envelope, Failure, Fields, Outcome, log};

/// A sink: opened once with a configuration, then handed batches. One instance serves one destination.
pub trait Sink: Sized {
    /// The configuration, read and found to be right.
    type Config;

    /// What the sink says of itself. Pure: no capability may be called.
    fn describe() -> Descriptor;

    /// Reads the configuration field by field; `fields` keeps every fault. Nothing where it cannot be used.
    /// Pure: no capability may be called.
    fn configure(fields: &mut Fields<'_>) -> Option<Self::Config>;

    /// Takes in a configuration.
    fn open(config: Self::Config) -> Result<Self, Failure>;

    /// "Test connection": reaches the other side without leaving anything there. Without one, every test succeeds.
    fn probe(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// One outcome for each envelope, in order.
    fn deliver(&mut self, batch: Vec<Envelope>) -> Vec<Outcome>;
}

/// Every fault that `S` finds in a configuration, and the configuration itself where no fault is fatal.
pub fn check_config<S: Sink>(config: &str) -> (Option<S::Config>, Vec<ConfigIssue>) {
    let fault = |message: String| (None, vec![ConfigIssue { pointer: String::new(), message, fatal: true }]);
    let object = match serde_json::from_str(config) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return fault("must be an object: write {…}".to_owned()),
        Err(error) => return fault(format!("is not JSON: {error}")),
    };
    let mut fields = Fields::new(&object);
    let config = S::configure(&mut fields);
    let mut issues = fields.finish();
    if config.is_none() && !issues.iter().any(|issue| issue.fatal) {
        issues.push(ConfigIssue { pointer: String::new(), message: "cannot be used".to_owned(), fatal: true });
    }
    (config.filter(|_| !issues.iter().any(|issue| issue.fatal)), issues)
}

/// The opened sink of an instance. Used by [`export_sink!`](crate::export_sink) alone.
#[doc(hidden)]
pub struct Slot<S>(RefCell<Option<S>>);

impl<S: Sink> Slot<S> {
    #[doc(hidden)]
    #[expect(clippy::new_without_default, reason = "a default cannot be const")]
    pub const fn new() -> Self {
        Self(RefCell::new(None))
    }

    #[doc(hidden)]
    pub fn open(&self, config: &str) -> Result<(), Failure> {
        log::log_panics();
        let (config, issues) = check_config::<S>(config);
        let Some(config) = config else {
            let faults: Vec<_> = issues.iter().map(|issue| format!("{}: {}", issue.pointer, issue.message)).collect();
            return Err(Failure::blocked("config.invalid", faults.join("; ")));
        };
        *self.0.borrow_mut() = Some(S::open(config)?);
        Ok(())
    }

    #[doc(hidden)]
    pub fn probe(&self) -> Result<(), Failure> {
        self.0.borrow_mut().as_mut().map_or_else(|| Err(not_open()), S::probe)
    }

    #[doc(hidden)]
    pub fn deliver(&self, batch: Vec<Envelope>) -> Vec<Outcome> {
        match self.0.borrow_mut().as_mut() {
            Some(sink) => sink.deliver(batch),
            None => batch.iter().map(|_| not_open().into()).collect(),
        }
    }

    #[doc(hidden)]
    pub fn describe() -> Descriptor {
        log::log_panics();
        S::describe()
    }

    #[doc(hidden)]
    pub fn validate(config: &str) -> Vec<ConfigIssue> {
        log::log_panics();
        check_config::<S>(config).1
    }
}

fn not_open() -> Failure {
    Failure::transient("sink.not-open", "the sink was asked to work before it was opened")
}

/// Makes a [`Sink`] the exports of the component that this crate becomes. Once in a crate.
#[macro_export]
macro_rules! export_sink {
    ($sink:ty) => {
        #[cfg(target_family = "wasm")]
        const _: () = {
            use $crate::{ConfigIssue, Descriptor, Envelope, Failure, Outcome, Slot};

            ::std::thread_local! {
                static SINK: Slot<$sink> = const { Slot::new() };
            }

            struct Exports;

            impl $crate::bindings::exports::ampline::sink::sink::Guest for Exports {
                fn describe() -> Descriptor {
                    Slot::<$sink>::describe()
                }
                fn validate(config: ::std::string::String) -> ::std::vec::Vec<ConfigIssue> {
                    Slot::<$sink>::validate(&config)
                }
                fn open(config: ::std::string::String) -> ::std::result::Result<(), Failure> {
                    SINK.with(|sink| sink.open(&config))
                }
                fn probe() -> ::std::result::Result<(), Failure> {
                    SINK.with(|sink| sink.probe())
                }
                fn deliver(batch: ::std::vec::Vec<Envelope>) -> ::std::vec::Vec<Outcome> {
                    SINK.with(|sink| sink.deliver(batch))
                }
            }

    $crate::bindings::export!(Exports with_types_in $crate::bindings);
        };
        #[cfg(not(target_family = "wasm"))]
        const _: () = {
            const fn is_a_sink<S: $crate::Sink>() {}
            is_a_sink::<$sink>()
        };
    };
}
