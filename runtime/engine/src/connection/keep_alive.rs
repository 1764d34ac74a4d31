//! Keeping grants alive: many providers let a refresh token die that nobody uses for long, and an installation that is paused, or
//! reads once a week, uses its connection less than that.

use std::{sync::Arc, time::Duration};

use futures_util::{StreamExt, stream};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::{Connection, Connections, Credentials, WAIT_MAX};

/// Renewals at the same time.
const AT_ONCE_MAX: usize = 4;
/// How often connections are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(600);

/// Renews what has not been renewed for `hours`, until `stop` turns true.
pub(crate) async fn run(connections: Arc<Connections>, hours: u32, mut stop: watch::Receiver<bool>) {
    loop {
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(LOOK_EVERY) => {}
        }
        tokio::select! {
            _ = stop.wait_for(|stop| *stop) => return,
            _ = connections.keep_alive(hours) => {}
        }
    }
}

impl Connections {
    /// Renews the tokens of every connection whose refresh token nobody has used for `hours`; how many those were. One that counts as
    /// bad stays so: a grant that is gone does not come back by asking.
    pub(crate) async fn keep_alive(&self, hours: u32) -> usize {
        let before = self.room.clock.now().checked_sub(SignedDuration::from_hours(i64::from(hours)));
        let Ok(before) = before else { return 0 };
        let resting: Vec<_> = self.list().into_iter().filter(|one| one.rests_since(before)).collect();
        let count = resting.len();
        stream::iter(resting).for_each_concurrent(AT_ONCE_MAX, |one| async move { one.revive().await }).await;
        count
    }
}

impl Connection {
    /// Whether its refresh token was given before this time and serves.
    fn rests_since(&self, before: Timestamp) -> bool {
        let state = self.state();
        let may_renew = state.bad.is_none() && state.record.disabled_reason.is_none() && !state.backs_off(self.room.clock.now());
        let Credentials::OAuth2(oauth2) = &state.credentials else { return false };
        state.renewed_at < before && may_renew && oauth2.may_rotate() && oauth2.is_renewable()
    }

    async fn revive(self: Arc<Self>) {
        // Not as one that was refused: what nobody used yet may well be refused later, and is renewed then.
        let mut end = self.begin_refresh();
        // A refresh tells of its own failures, and one that takes longer goes on without anybody waiting.
        let _ = tokio::time::timeout(WAIT_MAX, end.changed()).await;
    }
}
