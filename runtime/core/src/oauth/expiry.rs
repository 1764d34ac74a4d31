//! When a token is renewed: before it ends, by its age on our own clock, so that the provider's clock does not matter.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};

/// The longest that a token is renewed before its end.
const MARGIN_MAX: Duration = Duration::from_secs(300);
/// Short lives are used for all but this part of them.
const MARGIN_PART: u32 = 5;
/// A clock that was set back by less than this is nothing to think about.
const BACKWARDS_MAX: SignedDuration = SignedDuration::from_secs(60);

/// From when to when an access token holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Lifetime {
    /// When it was asked for.
    pub began_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
}

impl Lifetime {
    /// `asked_at` is when the request was sent: the token is not older than that.
    pub fn new(asked_at: Timestamp, expires_in: Duration) -> Self {
        let ends_at = SignedDuration::try_from(expires_in).ok().and_then(|life| asked_at.checked_add(life).ok());
        Self { began_at: asked_at, ends_at: ends_at.unwrap_or(Timestamp::MAX) }
    }

    /// When to renew it. `chance` (0.0..1.0) spreads tokens that were given together, so that they are not renewed together.
    pub fn renew_at(&self, chance: f64) -> Timestamp {
        let life = Duration::try_from(self.ends_at.duration_since(self.began_at)).unwrap_or_default();
        let margin = (life / MARGIN_PART).min(MARGIN_MAX).mul_f64(0.75 + 0.25 * chance.clamp(0.0, 1.0));
        SignedDuration::try_from(margin).ok().and_then(|margin| self.ends_at.checked_sub(margin).ok()).unwrap_or(self.began_at)
    }

    /// Whether it has ended. A clock that stands well before the token's beginning was set back, and cannot tell.
    pub fn has_ended(&self, now: Timestamp) -> bool {
        now >= self.ends_at || self.is_before(now)
    }

    /// Whether to renew it now.
    pub fn is_due(&self, now: Timestamp, chance: f64) -> bool {
        now >= self.renew_at(chance) || self.is_before(now)
    }

    fn is_before(&self, now: Timestamp) -> bool {
        now.checked_add(BACKWARDS_MAX).is_ok_and(|latest| latest < self.began_at)
    }
}
