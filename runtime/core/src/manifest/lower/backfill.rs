//! `backfill`: what is read at installation.

use super::super::{
    block::{Block, Spot},
    issue::Report,
    keys,
    model::Backfill,
    rule,
};

/// So many days ago no provider had records: three hundred years.
const ALL_DAYS: u32 = 110_000;

/// Beyond so many days a first read may take long.
const LARGE_DAYS: u32 = 180;

pub(super) fn backfill(read_object: &Block<'_>, report: &mut Report) -> Backfill {
    let Some(block) = read_object.block("backfill", &keys::BACKFILL, report) else { return Backfill::None };
    let Some(period) = block.block("defaultPeriod", &keys::DEFAULT_PERIOD, report) else {
        if !block.has("defaultPeriod") {
            let message = "`backfill` needs a `defaultPeriod`; nothing is read at installation";
            report.add(
                block.warning(rule::BACKFILL_CONFIG, message).suggest("add `defaultPeriod` with `days` or `fullHistory: true`"),
            );
        }
        return Backfill::None;
    };
    let days = period.spot("days").and_then(|spot| Some((spot.whole_number(report)?, spot)));
    let full = period.flag("fullHistory", report);
    match (days, full) {
        (Some((_, spot)), Some(true)) => {
            let message = "`days` and `fullHistory: true` contradict each other; the full history is read";
            report.add(spot.warning(rule::BACKFILL_CONFIG, message).suggest("remove one of them"));
            Backfill::FullHistory
        }
        (None, Some(true)) => Backfill::FullHistory,
        (Some((days, spot)), _) => self::days(days, &spot, report),
        (None, _) => {
            if !period.has("days") && !period.has("fullHistory") {
                let message = "`defaultPeriod` has neither `days` nor `fullHistory`; nothing is read at installation";
                report.add(period.warning(rule::BACKFILL_CONFIG, message).suggest("add `days: 30` or `fullHistory: true`"));
            }
            Backfill::None
        }
    }
}

fn days(days: u32, spot: &Spot<'_>, report: &mut Report) -> Backfill {
    if days > LARGE_DAYS {
        let message = format!("{days} days are a large backfill, which may take long and use much of the provider's rate limit");
        report.add(spot.warning(rule::LARGE_BACKFILL_RISK, message).suggest(format!("try {LARGE_DAYS} days or fewer first")));
    }
    match days {
        0 => Backfill::None,
        ALL_DAYS.. => Backfill::FullHistory,
        _ => Backfill::Days(days),
    }
}
