//! What a sink says of itself, with defaults that suit most.

use crate::{Config, Descriptor};

impl Descriptor {
    /// A sink of the destination type `name` with the configuration `C`. It takes batches of up to 100 envelopes and 4 MiB, messages
    /// of any size whole, and no order is kept. With `ordered`, one envelope of an ordering key (one installation and object) is on its way
    /// at a time. Change what differs:
    ///
    /// ```
    /// # use ampline_sink::{Config, Descriptor};
    /// # /// Nothing to say.
    /// # #[derive(Config)]
    /// # struct Nothing {}
    /// let chat = Descriptor { ordered: true, max_batch_envelopes: 20, ..Descriptor::of::<Nothing>("chat", "1.2.0") };
    /// ```
    pub fn of<C: Config>(name: &str, version: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
            config_schema: C::schema(),
            max_batch_envelopes: 100,
            max_batch_bytes: 4 << 20,
            max_message_bytes: 0,
            ordered: false,
            extras: Vec::new(),
        }
    }
}
