//! What a sink's author writes, and how it is joined to the component's exports.

use std::cell::RefCell;

use serde_json::Value;

use crate::{Config, ConfigIssue, Descriptor, Envelope, Failure, Fields, Outcome, log};

/// A sink: opened once with a configuration, then handed batches. One instance serves one destination.
pub trait Sink: Sized {
    /// The configuration, read and found to be right.
    type Config: Config;

    /// What the sink says of itself. Pure: no capability may be called.
    fn describe() -> Descriptor;

    /// Takes in a configuration.
    fn open(config: Self::Config) -> Result<Self, Failure>;

    /// "Test connection": reaches the other side without leaving anything there. Without one, every test succeeds.
    fn probe(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    /// One outcome for each envelope, in order.
    fn deliver(&mut self, batch: Vec<Envelope>) -> Vec<Outcome>;
}

/// A configuration, or every fault of it. Warnings do not stop it; [`check_config`] tells them too.
///
/// # Errors
/// Every fault, as an operator gets to see it.
pub fn read_config<C: Config>(config: &str) -> Result<C, Vec<ConfigIssue>> {
    let (config, issues) = check_config(config);
    config.ok_or(issues)
}

/// Every fault of a configuration, and the configuration itself where no fault is fatal.
pub fn check_config<C: Config>(config: &str) -> (Option<C>, Vec<ConfigIssue>) {
    let fault = |message: String| (None, vec![ConfigIssue { pointer: String::new(), message, fatal: true }]);
    let object = match serde_json::from_str(config) {
        Ok(Value::Object(object)) => object,
        Ok(_) => return fault("must be an object: write {…}".to_owned()),
        Err(error) => return fault(format!("is not JSON: {error}")),
    };
    let mut fields = Fields::new(&object);
    let config = C::read(&mut fields);
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
    pub const fn new() -> Self {
        Self(RefCell::new(None))
    }

    #[doc(hidden)]
    pub fn open(&self, config: &str) -> Result<(), Failure> {
        log::log_panics();
        let (config, issues) = check_config::<S::Config>(config);
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
        check_config::<S::Config>(config).1
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FailureClass;

    /// A sink that uses every kind of field and calls no capability.
    struct Echo(Option<u64>);

    struct Count(Option<u64>);

    impl Config for Count {
        fn schema() -> String {
            "{}".to_owned()
        }

        fn read(fields: &mut Fields<'_>) -> Option<Self> {
            let name = fields.required_text("name").unwrap_or_default();
            if name == "odd" {
                fields.warning(["name"], "is odd");
            }
            fields.text("note");
            fields.flag("on");
            fields.texts("map");
            let count = fields.integer("count", 1..=9);
            (name != "useless").then_some(Self(count))
        }
    }

    impl Sink for Echo {
        type Config = Count;

        fn describe() -> Descriptor {
            unreachable!("not asked here")
        }

        fn open(config: Count) -> Result<Self, Failure> {
            Ok(Self(config.0))
        }

        fn deliver(&mut self, batch: Vec<Envelope>) -> Vec<Outcome> {
            batch.iter().map(|_| Outcome::Delivered(self.0.map(|count| count.to_string()))).collect()
        }
    }

    /// Expected are a pointer and a part of the message of each fatal fault, in order.
    fn check(config: &str, expected: &[(&str, &str)]) {
        let (read, issues) = check_config::<Count>(config);
        let fatal: Vec<_> = issues.iter().filter(|issue| issue.fatal).collect();
        assert_eq!(read.is_some(), expected.is_empty(), "{config}");
        assert_eq!(fatal.len(), expected.len(), "{config}: {fatal:?}");
        for (issue, (pointer, message)) in fatal.iter().zip(expected) {
            assert!(issue.pointer == *pointer && issue.message.contains(message), "{config}: {issue:?}");
        }
    }

    #[test]
    fn reports_every_fault_with_its_place() {
        check(r#"{"name": "a"}"#, &[]);
        check(r#"{"name": "odd", "note": "", "on": true, "map": {"b": "c"}, "count": 9}"#, &[]);
        check(r#"{"name": "useless"}"#, &[("", "cannot be used")]);
        check("", &[("", "is not JSON")]);
        check("[1]", &[("", "must be an object")]);
        check("{}", &[("/name", "is missing")]);
        check(
            r#"{"name": 1, "on": "yes", "map": {"a": "", "b/~": 2}, "count": 10, "nmae": "a", "note": null}"#,
            &[
                ("/name", "must be a text"),
                ("/note", "must be a text"),
                ("/on", "true or false"),
                ("/map/b~1~0", "must be a text"),
                ("/count", "from 1 to 9"),
                ("/nmae", "there are name, note, on, map, count"),
            ],
        );
        for count in ["0", "1.5", "-1", "\"3\"", "1e400", "18446744073709551616"] {
            let (read, issues) = check_config::<Count>(&format!(r#"{{"name": "a", "count": {count}}}"#));
            assert!(read.is_none() && issues.len() == 1, "{count}: {issues:?}");
        }
        check(&"[".repeat(100_000), &[("", "is not JSON")]);
    }

    #[test]
    fn a_warning_does_not_stop_a_sink() {
        let (read, issues) = check_config::<Count>(r#"{"name": "odd"}"#);
        assert!(read.is_some() && issues.len() == 1 && !issues[0].fatal);
    }

    fn envelope() -> Envelope {
        Envelope { id: "e".into(), group: "g".into(), ordering_key: None, occurred_at: 0, size: 1, records: 1, attempt: 1 }
    }

    #[test]
    fn a_sink_works_only_after_it_was_opened() {
        let slot = Slot::<Echo>::new();
        let outcomes = slot.deliver(vec![envelope(), envelope()]);
        assert!(outcomes.iter().all(|outcome| matches!(outcome, Outcome::Failed(failure) if failure.code == "sink.not-open")));
        assert_eq!(outcomes.len(), 2);
        assert!(slot.probe().is_err());

        let refused = slot.open(r#"{"count": 0}"#).unwrap_err();
        assert_eq!((refused.class, refused.code.as_str()), (FailureClass::Blocked, "config.invalid"));
        assert!(refused.message.contains("/name: is missing; /count: must be"), "{}", refused.message);

        slot.open(r#"{"name": "a", "count": 3}"#).unwrap();
        assert!(slot.probe().is_ok());
        assert!(matches!(&slot.deliver(vec![envelope()])[..], [Outcome::Delivered(Some(said))] if said == "3"));
    }
}
