//! Date literals such as `TODAY` and `LAST_N_DAYS:7`: stretches of days, seen from today. Weeks begin on Sunday; the zone is UTC.

use jiff::{Span, ToSpan, civil::Date};

/// A literal of this kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    unit: Unit,
    /// From this many units after the present one.
    first: i32,
    /// Up to this many, which is included.
    last: i32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Day,
    Week,
    Month,
    Quarter,
    Year,
}

const UNITS: [(&str, &str, Unit); 5] = [
    ("DAY", "DAYS", Unit::Day),
    ("WEEK", "WEEKS", Unit::Week),
    ("MONTH", "MONTHS", Unit::Month),
    ("QUARTER", "QUARTERS", Unit::Quarter),
    ("YEAR", "YEARS", Unit::Year),
];
/// No calendar reaches further.
const COUNT_MAX: i32 = 100_000;

impl Period {
    /// The literal of this name, which takes no number.
    pub(super) fn named(name: &str) -> Option<Self> {
        let name = name.to_ascii_uppercase();
        let day = |first, last| Some(Self { unit: Unit::Day, first, last });
        match name.as_str() {
            "YESTERDAY" => return day(-1, -1),
            "TODAY" => return day(0, 0),
            "TOMORROW" => return day(1, 1),
            "LAST_90_DAYS" => return day(-90, 0),
            "NEXT_90_DAYS" => return day(1, 90),
            _ => {}
        }
        let (when, unit) = name.split_once('_')?;
        let unit = UNITS.iter().skip(1).find(|(one, ..)| *one == unit)?.2;
        let at = match when {
            "LAST" => -1,
            "THIS" => 0,
            "NEXT" => 1,
            _ => return None,
        };
        Some(Self { unit, first: at, last: at })
    }

    /// Whether a literal of this name takes a number.
    pub(super) fn is_counted(name: &str) -> bool {
        Self::counted(name, 1.0).is_some()
    }

    /// The literal of this name with its number.
    pub(super) fn counted(name: &str, count: f64) -> Option<Self> {
        let name = name.to_ascii_uppercase();
        if !(1.0..=f64::from(COUNT_MAX)).contains(&count) || count.fract() != 0.0 {
            return None;
        }
        let count = count as i32;
        let of = |middle: &str| UNITS.iter().find(|(_, many, _)| *many == middle).map(|(.., unit)| *unit);
        let (unit, first, last) = if let Some(unit) = name.strip_prefix("LAST_N_") {
            // Days reach up to now; larger units end with the last one that is over.
            let unit = of(unit)?;
            (unit, -count, if unit == Unit::Day { 0 } else { -1 })
        } else if let Some(unit) = name.strip_prefix("NEXT_N_") {
            (of(unit)?, 1, count)
        } else {
            (of(name.strip_prefix("N_")?.strip_suffix("_AGO")?)?, -count, -count)
        };
        Some(Self { unit, first, last })
    }

    /// Its first day, and the first day after it.
    pub(super) fn days(self, today: Date) -> (Date, Date) {
        let start = match self.unit {
            Unit::Day => today,
            Unit::Week => today.saturating_sub(i64::from(today.weekday().to_sunday_zero_offset()).days()),
            Unit::Month => today.first_of_month(),
            Unit::Quarter => today.first_of_month().saturating_sub(i64::from((today.month() - 1) % 3).months()),
            Unit::Year => today.first_of_year(),
        };
        let span = |count: i32| -> Span {
            let count = i64::from(count);
            match self.unit {
                Unit::Day => count.days(),
                Unit::Week => count.weeks(),
                // More than the calendar has is as good as its end, and no more fits into a span.
                Unit::Month => count.months(),
                Unit::Quarter => (count.clamp(-79_992, 79_992) * 3).months(),
                Unit::Year => count.clamp(-19_998, 19_998).years(),
            }
        };
        (start.saturating_add(span(self.first)), start.saturating_add(span(self.last + 1)))
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn literals_are_stretches_of_days() {
        // A Wednesday.
        let today = date(2026, 2, 11);
        let check = |name: &str, count: Option<f64>, first: Date, after: Date| {
            let period = count.map_or_else(|| Period::named(name), |count| Period::counted(name, count));
            assert_eq!(period.map(|period| period.days(today)), Some((first, after)), "{name}");
        };
        check("today", None, today, date(2026, 2, 12));
        check("YESTERDAY", None, date(2026, 2, 10), today);
        check("LAST_WEEK", None, date(2026, 2, 1), date(2026, 2, 8));
        check("THIS_MONTH", None, date(2026, 2, 1), date(2026, 3, 1));
        check("LAST_QUARTER", None, date(2025, 10, 1), date(2026, 1, 1));
        check("NEXT_YEAR", None, date(2027, 1, 1), date(2028, 1, 1));
        check("LAST_90_DAYS", None, date(2025, 11, 13), date(2026, 2, 12));
        check("LAST_N_DAYS", Some(3.0), date(2026, 2, 8), date(2026, 2, 12));
        check("NEXT_N_DAYS", Some(3.0), date(2026, 2, 12), date(2026, 2, 15));
        check("N_DAYS_AGO", Some(3.0), date(2026, 2, 8), date(2026, 2, 9));
        check("LAST_N_MONTHS", Some(2.0), date(2025, 12, 1), date(2026, 2, 1));
        check("LAST_N_YEARS", Some(100_000.0), Date::MIN, date(2026, 1, 1));
        for (name, count) in [("LAST_N_DAYS", 0.0), ("LAST_N_DAYS", 1.5), ("LAST_N_HOURS", 1.0), ("N_DAYS", 1.0)] {
            assert_eq!(Period::counted(name, count), None, "{name}:{count}");
        }
        assert_eq!(Period::named("LAST_DAY"), None);
    }
}
