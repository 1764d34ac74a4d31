//! One field of a schedule: its grammar, and the set of values that match.

use std::fmt;

/// What one of the five fields may hold.
#[derive(Debug)]
pub(super) struct Kind {
    /// As error messages name it.
    name: &'static str,
    min: u32,
    /// The greatest value that `*` covers.
    max: u32,
    /// Another name for `min` behind `max`: 7 is Sunday too.
    alias: Option<u32>,
    /// Names of the values from `min` on.
    names: &'static [&'static str],
    /// Whether `?` may stand for `*`.
    question_mark: bool,
}

pub(super) const MINUTE: Kind = Kind { name: "minute", min: 0, max: 59, alias: None, names: &[], question_mark: false };
pub(super) const HOUR: Kind = Kind { name: "hour", max: 23, ..MINUTE };
pub(super) const DAY_OF_MONTH: Kind = Kind { name: "day-of-month", min: 1, max: 31, question_mark: true, ..MINUTE };
pub(super) const MONTH: Kind = Kind {
    name: "month",
    min: 1,
    max: 12,
    names: &["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"],
    ..MINUTE
};
pub(super) const DAY_OF_WEEK: Kind = Kind {
    name: "day-of-week",
    max: 6,
    alias: Some(7),
    names: &["sun", "mon", "tue", "wed", "thu", "fri", "sat"],
    question_mark: true,
    ..MINUTE
};

/// A set of values, and whether it was asked for: `*` is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub(super) struct Field {
    bits: u64,
    pub(super) restricted: bool,
}

/// What is wrong with a field, and what to do.
pub(super) struct FieldError(pub(super) String);

impl Field {
    pub(super) fn parse(kind: &Kind, text: &str) -> Result<Self, FieldError> {
        if text == "*" || (text == "?" && kind.question_mark) {
            return Ok(Self { bits: kind.range(kind.min, kind.max, 1), restricted: false });
        }
        let mut bits = 0;
        for item in text.split(',') {
            bits |= kind.item(item).map_err(|reason| FieldError(format!("{} `{text}`: {reason}", kind.name)))?;
        }
        Ok(Self { bits, restricted: true })
    }

    pub(super) fn has(self, value: u32) -> bool {
        self.bits & (1 << value) != 0
    }

    /// In rising order.
    pub(super) fn values(self) -> impl Iterator<Item = u32> {
        (0..u64::BITS).filter(move |&value| self.has(value))
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.restricted {
            return f.write_str("*");
        }
        for (place, value) in self.values().enumerate() {
            write!(f, "{}{value}", if place == 0 { "" } else { "," })?;
        }
        Ok(())
    }
}

impl Kind {
    /// One item of a list: `*`, `a`, `a-b`, each perhaps with `/n`.
    fn item(&self, text: &str) -> Result<u64, String> {
        let (span, step) = match text.split_once('/') {
            Some((span, step)) => (span, Some(self.step(step)?)),
            None => (text, None),
        };
        let (from, to) = match span.split_once('-') {
            Some((from, to)) => (self.value(from)?, self.value(to)?),
            None if span == "*" => (self.min, self.max),
            None if step.is_some() => (self.value(span)?, self.max),
            None => (self.value(span)?, self.value(span)?),
        };
        if from > to && step.is_some() {
            return Err(format!("what a step means in `{text}`, a range around the end, is disputed: write two ranges"));
        }
        Ok(self.range(from, to, step.unwrap_or(1)))
    }

    /// The values from `from` to `to` by `step`, around the end where `to` is smaller.
    fn range(&self, from: u32, to: u32, step: u32) -> u64 {
        let size = self.max - self.min + 1;
        let to = if from <= to { to } else { to + size };
        (from..=to).step_by(step as usize).fold(0, |bits, value| bits | 1 << (self.min + (value - self.min) % size))
    }

    fn step(&self, text: &str) -> Result<u32, String> {
        let size = self.max - self.min + 1;
        match number(text) {
            Some(step) if (1..=size).contains(&step) => Ok(step),
            _ => Err(format!("the step `{text}` is not a number from 1 to {size}")),
        }
    }

    fn value(&self, text: &str) -> Result<u32, String> {
        if let Some(place) = self.names.iter().position(|name| name.eq_ignore_ascii_case(text)) {
            return Ok(self.min + place as u32);
        }
        let max = self.alias.unwrap_or(self.max);
        match number(text) {
            Some(value) if (self.min..=max).contains(&value) => Ok(value),
            _ => Err(format!("`{text}` is not {}{}", self.accepted(max), self.hint(text))),
        }
    }

    fn accepted(&self, max: u32) -> String {
        match self.names {
            [first, .., last] => format!("a number from {} to {max} or a name from {first} to {last}", self.min),
            _ => format!("a number from {} to {max}", self.min),
        }
    }

    /// What people from other dialects of cron should know.
    fn hint(&self, text: &str) -> &'static str {
        let upper = text.to_ascii_uppercase();
        match upper.as_str() {
            "?" => " (`?` stands in the day fields only: write `*`)",
            _ if self.question_mark && upper.contains(['L', 'W', '#']) => {
                " (`L`, `W` and `#` are extensions of cron: name the days)"
            }
            "" => " (nothing stands before or after a `,`, `-` or `/`)",
            _ => "",
        }
    }
}

/// Digits only: no sign, no fraction.
fn number(text: &str) -> Option<u32> {
    let plain = !text.is_empty() && text.len() <= 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}
