//! The shortest time between two ticks, worked out from the calendar instead of sampled: the same answer at any time of day.

use std::{cell::RefCell, collections::HashMap, time::Duration};

use super::{Fields, field::Field};

const MINUTES_PER_DAY: u32 = 24 * 60;

/// The calendar repeats itself, weekdays included, after so many years (146,097 days).
const CYCLE_YEARS: u32 = 400;

/// Most answers that are kept: a manifest has few different schedules, and is judged again for every fix.
const KNOWN_MAX: usize = 1_024;

thread_local! {
    /// Answers of [`min_days_between`] by the fields of days; walking the whole cycle for each of thousands of schedules took minutes.
    static KNOWN: RefCell<HashMap<[Field; 3], Option<u32>>> = RefCell::default();
}

pub(super) fn min_gap(fields: &Fields) -> Option<Duration> {
    let days = known_min_days_between(fields)?;
    let times: Vec<u32> =
        fields.hour.values().flat_map(|hour| fields.minute.values().map(move |minute| hour * 60 + minute)).collect();
    let within_day = times.windows(2).map(|pair| pair[1] - pair[0]).min();
    let over_midnight = days * MINUTES_PER_DAY + times.first()? - times.last()?;
    let minutes = within_day.map_or(over_midnight, |gap| gap.min(over_midnight));
    Some(Duration::from_secs(u64::from(minutes) * 60))
}

fn known_min_days_between(fields: &Fields) -> Option<u32> {
    let key = [fields.day_of_month, fields.month, fields.day_of_week];
    KNOWN.with_borrow_mut(|known| {
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        *known.entry(key).or_insert_with(|| min_days_between(fields))
    })
}

/// The fewest days from one matching day to the next; nothing where no day matches.
fn min_days_between(fields: &Fields) -> Option<u32> {
    // 1 January 2000 was a Saturday, and the years from 2000 to 2399 are a whole cycle.
    let (mut day_number, mut day_of_week) = (0, 6);
    let (mut first, mut last, mut fewest) = (None, None, None::<u32>);
    for year in 2000..2000 + CYCLE_YEARS {
        for (month, days) in (1..).zip(month_lengths(year)) {
            for day in 1..=days {
                if fields.day_matches(month, day, day_of_week) {
                    if let Some(last) = last {
                        fewest = Some(fewest.map_or(day_number - last, |days| days.min(day_number - last)));
                    }
                    if fewest == Some(1) {
                        return fewest;
                    }
                    first = first.or(Some(day_number));
                    last = Some(day_number);
                }
                day_number += 1;
                day_of_week = (day_of_week + 1) % 7;
            }
        }
    }
    let around = day_number - last? + first?;
    Some(fewest.map_or(around, |days| days.min(around)))
}

fn month_lengths(year: u32) -> [u32; 12] {
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}
