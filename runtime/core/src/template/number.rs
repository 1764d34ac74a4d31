//! Numbers as templates know them: whole ones exact, others as 64-bit floats, and one way to write each.

use std::cmp::Ordering;

/// From here on whole floats are written with an exponent, as in JavaScript.
const PLAIN_MAX: f64 = 1e21;

/// A JSON number.
#[derive(Debug, Clone, Copy)]
pub(super) enum Number {
    /// Written without point and exponent, within 128 bits: exact.
    Integer(i128),
    /// Any other; always finite.
    Float(f64),
}

impl Number {
    /// A number by its JSON text. What no float can hold becomes the largest float of its sign.
    pub(super) fn parse(text: &str) -> Self {
        if let Ok(integer) = text.parse() {
            return Self::Integer(integer);
        }
        Self::Float(text.parse::<f64>().unwrap_or(0.0).clamp(f64::MIN, f64::MAX))
    }

    pub(super) fn as_float(self) -> f64 {
        match self {
            #[expect(clippy::cast_precision_loss, reason = "what a float is for")]
            Self::Integer(integer) => integer as f64,
            Self::Float(float) => float,
        }
    }

    /// Applies one of two functions, whole numbers staying exact.
    pub(super) fn map(self, integer: fn(i128) -> i128, float: fn(f64) -> f64) -> Self {
        match self {
            Self::Integer(value) => Self::Integer(integer(value)),
            Self::Float(value) => Self::Float(float(value)),
        }
    }

    pub(super) fn plus(self, other: Self) -> Self {
        if let (Self::Integer(a), Self::Integer(b)) = (self, other)
            && let Some(sum) = a.checked_add(b)
        {
            return Self::Integer(sum);
        }
        Self::Float((self.as_float() + other.as_float()).clamp(f64::MIN, f64::MAX))
    }

    pub(super) fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a.cmp(&b),
            _ => self.as_float().partial_cmp(&other.as_float()).unwrap_or(Ordering::Equal),
        }
    }

    pub(super) fn equals(self, other: Self) -> bool {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a == b,
            _ => self.as_float() == other.as_float(),
        }
    }
}

impl std::fmt::Display for Number {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self::Integer(integer) => write!(f, "{integer}"),
            Self::Float(0.0) => f.write_str("0"),
            Self::Float(float) if float.fract() == 0.0 && float.abs() < PLAIN_MAX => write!(f, "{float:.0}"),
            Self::Float(float) => match serde_json::Number::from_f64(float) {
                Some(number) => f.write_str(&number.to_string().replace("e+", "e")),
                None => f.write_str("null"),
            },
        }
    }
}
