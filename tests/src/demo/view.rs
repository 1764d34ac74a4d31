//! What the demo prints: progress bars on a terminal, plain lines elsewhere.

use std::io::IsTerminal;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Plain lines tell of every tenth of the way.
const PLAIN_STEPS: u64 = 10;

/// Where the demo prints.
pub(super) struct View {
    bars: MultiProgress,
    is_terminal: bool,
}

/// How far one read has come.
pub(super) struct Bar {
    bar: ProgressBar,
    /// Lines in place of a bar: the name, and the tenths that were told of.
    plain: Option<(String, std::cell::Cell<u64>)>,
    total: u64,
}

impl View {
    pub(super) fn new() -> Self {
        let is_terminal = std::io::stdout().is_terminal();
        Self { bars: MultiProgress::with_draw_target(ProgressDrawTarget::stdout()), is_terminal }
    }

    /// A new scene begins.
    pub(super) fn scene(&self, name: &str, about: &str) {
        self.say(&format!("\n{name}\n  {about}"));
    }

    /// Something happened as it should.
    pub(super) fn done(&self, what: &str) {
        self.say(&format!("  ✓ {what}"));
    }

    /// Any other line.
    pub(super) fn say(&self, what: &str) {
        self.bars.suspend(|| println!("{what}"));
    }

    /// A progress bar for the read of an object.
    pub(super) fn bar(&self, object: &str, to: &str, total: u64) -> Bar {
        let name = format!("{object:<9} {to:<14}");
        let plain = (!self.is_terminal).then(|| (name.clone(), std::cell::Cell::new(0)));
        let bar = self.bars.add(ProgressBar::new(total));
        let style = ProgressStyle::with_template("  {msg} [{bar:36}] {pos}/{len} records");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> "));
        bar.set_message(name);
        Bar { bar, plain, total }
    }
}

impl Bar {
    /// So many records are read.
    pub(super) fn set(&self, records: u64) {
        self.bar.set_position(records);
        let Some((name, told)) = &self.plain else { return };
        let tenths = records * PLAIN_STEPS / self.total.max(1);
        if tenths > told.replace(tenths) {
            println!("  {name} {records}/{} records", self.total);
        }
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.abandon();
    }
}
