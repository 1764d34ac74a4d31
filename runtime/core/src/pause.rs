//! When a read that fails again and again stops by itself, until a person lets it go on.

use crate::provider::ReadErrorClass;

/// Strikes at which a read pauses: five failures in a row that asking again cannot mend, or ten that it might.
pub const STRIKES_MAX: u32 = 10;

/// Strikes after one more failure, where there were so many before. A success takes all away, and so does a page that was stored:
/// what moves on is not stuck.
///
/// Trouble of the provider's and limits never pause a read: they pass, and each try waits longer. Credentials do not either: the
/// read stops until they are renewed.
pub fn strikes(before: u32, class: ReadErrorClass, progressed: bool) -> u32 {
    let more = match class {
        ReadErrorClass::BadRequest | ReadErrorClass::Forbidden | ReadErrorClass::NotFound => 2,
        ReadErrorClass::Malformed | ReadErrorClass::CursorGone => 1,
        ReadErrorClass::RateLimited | ReadErrorClass::Transient | ReadErrorClass::BadCredentials => 0,
    };
    if progressed { more } else { before.saturating_add(more) }
}

/// Why a read pauses with so many strikes, in words for an operator; nothing while it goes on.
pub fn reason(strikes: u32, last_error: &str) -> Option<String> {
    let reason = || format!("paused after failing again and again, last with: {last_error}; mend the cause, then unpause it");
    (strikes >= STRIKES_MAX).then(reason)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ReadErrorClass::{BadCredentials, BadRequest, CursorGone, Forbidden, Malformed, NotFound, RateLimited, Transient};

    #[test]
    fn failures_that_repeat_pause_a_read_and_those_that_pass_do_not() {
        let rows: [(&[ReadErrorClass], bool); 10] = [
            (&[BadRequest; 4], false),
            (&[BadRequest; 5], true),
            (&[Forbidden, NotFound, BadRequest, Forbidden, NotFound], true),
            (&[Malformed; 9], false),
            (&[Malformed; 10], true),
            (&[CursorGone; 10], true),
            (&[Transient; 500], false),
            (&[RateLimited; 500], false),
            (&[BadCredentials; 500], false),
            (&[BadRequest, BadRequest, Transient, BadRequest, Transient, BadRequest, BadRequest], true),
        ];
        for (classes, expected) in rows {
            let strikes = classes.iter().fold(0, |before, class| strikes(before, *class, false));
            assert_eq!(reason(strikes, "x").is_some(), expected, "{classes:?}");
        }
    }

    #[test]
    fn what_moves_on_is_not_stuck() {
        let strikes = (0..500).fold(0, |before, _| strikes(before, Malformed, true));
        assert_eq!(reason(strikes, "x"), None);
    }
}
