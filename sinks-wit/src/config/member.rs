//! The types that a member of a configuration can have: each says what it looks like and reads itself.

use std::collections::BTreeMap;

use serde_json::Value;

use super::{Issues, Schema};

/// A type that a member of a configuration can have.
///
/// Texts, truth values, numbers, `Option`, `Vec`, `BTreeMap<String, _>`, [`Url`](crate::Url), and whatever
/// [`#[derive(Config)]`](macro@crate::Config) stands on are there. A type with a rule of its own:
///
/// ```
/// use ampline_sink::{Field, Issues, Rules, Schema};
/// use serde_json::Value;
///
/// /// A channel such as `#alerts`.
/// struct Channel(String);
///
/// impl Field for Channel {
///     fn schema(_: &Rules) -> Schema {
///         Schema::of("string").with("pattern", "^#[^#]+$")
///     }
///
///     fn read(value: &Value, _: &Rules, issues: &mut Issues) -> Option<Self> {
///         let name = value.as_str().filter(|text| text.strip_prefix('#').is_some_and(|name| !name.is_empty() && !name.contains('#')));
///         if name.is_none() {
///             issues.fault("must be a channel such as #alerts");
///         }
///         name.map(|name| Self(name.to_owned()))
///     }
/// }
/// # let mut issues = Issues::default();
/// # assert_eq!(Channel::read(&"#alerts".into(), &Rules::default(), &mut issues).unwrap().0, "#alerts");
/// ```
pub trait Field: Sized {
    /// What it looks like within `rules`.
    fn schema(rules: &Rules) -> Schema;

    /// Reads it; nothing after `issues` was told why not.
    fn read(value: &Value, rules: &Rules, issues: &mut Issues) -> Option<Self>;

    /// What an absent member means, for a type that needs none.
    fn absent() -> Option<Self> {
        None
    }

    /// As JSON, for the `default` in a schema. Nothing where a form need not show it.
    fn shown(&self) -> Option<Value> {
        None
    }
}

/// What a member's declaration says besides its type. Absent bounds are none.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rules {
    /// Least number allowed.
    pub min: Option<i64>,
    /// Greatest number allowed.
    pub max: Option<i64>,
    /// Least number of characters, items or members.
    pub min_length: Option<usize>,
    /// Greatest number of characters, items or members.
    pub max_length: Option<usize>,
}

impl Rules {
    fn length_fault(&self, length: usize, of: &str) -> Option<String> {
        match (self.min_length, self.max_length) {
            (Some(1), _) if length == 0 => Some("must not be empty".to_owned()),
            (Some(min), _) if length < min => Some(format!("must have at least {min} {of}")),
            (_, Some(max)) if length > max => Some(format!("must have at most {max} {of}")),
            _ => None,
        }
    }
}

impl Field for String {
    fn schema(rules: &Rules) -> Schema {
        Schema::of("string").with_some("minLength", rules.min_length).with_some("maxLength", rules.max_length)
    }

    fn read(value: &Value, rules: &Rules, issues: &mut Issues) -> Option<Self> {
        let Some(text) = value.as_str() else {
            issues.fault("must be a text");
            return None;
        };
        if let Some(fault) = rules.length_fault(text.chars().count(), "characters") {
            issues.fault(fault);
            return None;
        }
        Some(text.to_owned())
    }

    fn shown(&self) -> Option<Value> {
        Some(self.as_str().into())
    }
}

impl Field for bool {
    fn schema(_: &Rules) -> Schema {
        Schema::of("boolean")
    }

    fn read(value: &Value, _: &Rules, issues: &mut Issues) -> Option<Self> {
        if !value.is_boolean() {
            issues.fault("must be true or false");
        }
        value.as_bool()
    }

    fn shown(&self) -> Option<Value> {
        Some((*self).into())
    }
}

/// The bounds of a whole number: its type's, narrowed by the rules'.
fn whole(rules: &Rules, least: i64, greatest: Option<i64>) -> (i64, Option<i64>) {
    let max = rules.max.or(greatest);
    (rules.min.unwrap_or(least).max(least), greatest.map_or(max, |greatest| max.map(|max| max.min(greatest))))
}

fn whole_fault((min, max): (i64, Option<i64>)) -> String {
    match max {
        Some(max) => format!("must be a whole number from {min} to {max}"),
        None => format!("must be a whole number from {min}"),
    }
}

macro_rules! whole_numbers {
    ($($number:ty)*) => { $(
        impl Field for $number {
            fn schema(rules: &Rules) -> Schema {
                let (min, max) = whole(rules, i64::try_from(<$number>::MIN).unwrap_or(i64::MIN), i64::try_from(<$number>::MAX).ok());
                Schema::of("integer").with("minimum", min).with_some("maximum", max)
            }

            fn read(value: &Value, rules: &Rules, issues: &mut Issues) -> Option<Self> {
                let bounds = whole(rules, i64::try_from(<$number>::MIN).unwrap_or(i64::MIN), i64::try_from(<$number>::MAX).ok());
                let within = |number: &Self| {
                    let number = i128::from(*number);
                    i128::from(bounds.0) <= number && bounds.1.is_none_or(|max| number <= i128::from(max))
                };
                let number = value.as_i64().map(i128::from).or_else(|| value.as_u64().map(i128::from));
                let number = number.and_then(|number| <$number>::try_from(number).ok()).filter(within);
                if number.is_none() {
                    issues.fault(whole_fault(bounds));
                }
                number
            }

            fn shown(&self) -> Option<Value> {
                Some((*self).into())
            }
        }
    )* };
}

whole_numbers!(u8 u16 u32 u64 i32 i64);

impl Field for f64 {
    fn schema(rules: &Rules) -> Schema {
        Schema::of("number").with_some("minimum", rules.min).with_some("maximum", rules.max)
    }

    fn read(value: &Value, rules: &Rules, issues: &mut Issues) -> Option<Self> {
        let min = rules.min.map_or(f64::NEG_INFINITY, |min| min as f64);
        let max = rules.max.map_or(f64::INFINITY, |max| max as f64);
        let number = value.as_f64().filter(|number| (min..=max).contains(number));
        if number.is_none() {
            issues.fault(match (rules.min, rules.max) {
                (Some(min), Some(max)) => format!("must be a number from {min} to {max}"),
                (Some(min), None) => format!("must be a number from {min}"),
                (None, Some(max)) => format!("must be a number up to {max}"),
                (None, None) => "must be a number".to_owned(),
            });
        }
        number
    }

    fn shown(&self) -> Option<Value> {
        Some((*self).into())
    }
}

impl<T: Field> Field for Option<T> {
    fn schema(rules: &Rules) -> Schema {
        T::schema(rules)
    }

    fn read(value: &Value, rules: &Rules, issues: &mut Issues) -> Option<Self> {
        T::read(value, rules, issues).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn shown(&self) -> Option<Value> {
        self.as_ref().and_then(T::shown)
    }
}

impl<T: Field> Field for Vec<T> {
    fn schema(rules: &Rules) -> Schema {
        let items = T::schema(&Rules::default());
        let schema = Schema::of("array").with_schema("items", &items);
        schema.with_some("minItems", rules.min_length).with_some("maxItems", rules.max_length)
    }

    fn read(value: &Value, rules: &Rules, issues: &mut Issues) -> Option<Self> {
        let Some(items) = value.as_array() else {
            issues.fault("must be a list");
            return None;
        };
        if let Some(fault) = rules.length_fault(items.len(), "items") {
            issues.fault(fault);
            return None;
        }
        let read: Vec<_> = items
            .iter()
            .enumerate()
            .map(|(index, item)| issues.within(&index.to_string(), |issues| T::read(item, &Rules::default(), issues)))
            .collect();
        read.into_iter().collect()
    }

    fn shown(&self) -> Option<Value> {
        self.iter().map(T::shown).collect::<Option<Vec<_>>>().map(Value::Array)
    }
}

impl<T: Field> Field for BTreeMap<String, T> {
    fn schema(rules: &Rules) -> Schema {
        let values = T::schema(&Rules::default());
        let schema = Schema::of("object").with_schema("additionalProperties", &values);
        schema.with_some("minProperties", rules.min_length).with_some("maxProperties", rules.max_length)
    }

    fn read(value: &Value, rules: &Rules, issues: &mut Issues) -> Option<Self> {
        let Some(members) = value.as_object() else {
            issues.fault("must be an object");
            return None;
        };
        if let Some(fault) = rules.length_fault(members.len(), "members") {
            issues.fault(fault);
            return None;
        }
        let read: Vec<_> = members
            .iter()
            .map(|(name, value)| {
                let value = issues.within(name, |issues| T::read(value, &Rules::default(), issues));
                value.map(|value| (name.clone(), value))
            })
            .collect();
        read.into_iter().collect()
    }

    fn shown(&self) -> Option<Value> {
        self.iter().map(|(name, value)| Some((name.clone(), value.shown()?))).collect::<Option<_>>().map(Value::Object)
    }
}
