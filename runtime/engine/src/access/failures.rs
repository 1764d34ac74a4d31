//! Whoever shows wrong keys again and again is told to wait: a bounded table of addresses, each with so many failures to spare.
//!
//! Sound keys are never asked here, so a guesser takes nothing from those who share its address.

use std::{
    collections::HashMap,
    net::{IpAddr, Ipv6Addr},
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// How long until one more is.
const EVERY: Duration = Duration::from_secs(6);
/// Addresses that are remembered; those beyond share one allowance.
const ADDRESSES_MAX: usize = 4_096;

/// When each address will have its whole allowance again, which says how much is left of it.
pub(crate) struct Failures {
    /// Failures in a row that are answered like any other; nothing = any number.
    burst: Option<u32>,
    whole_again: Mutex<HashMap<Option<IpAddr>, Instant>>,
}

impl Failures {
    /// `burst` is how many failures an address has to spare; 0 = any number.
    pub(crate) fn new(burst: u32) -> Self {
        Self { burst: (burst > 0).then_some(burst), whole_again: Mutex::default() }
    }

    /// Counts a failure; where the allowance is used up, how long to wait.
    pub(crate) fn count(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let Some(burst) = self.burst else { return Ok(()) };
        let mut table = self.whole_again.lock().unwrap_or_else(PoisonError::into_inner);
        let mut who = Some(network(address));
        if table.len() >= ADDRESSES_MAX && !table.contains_key(&who) {
            table.retain(|_, whole_again| *whole_again > now);
            if table.len() >= ADDRESSES_MAX {
                who = None;
            }
        }
        let whole_again = table.entry(who).or_insert(now);
        let next = (*whole_again).max(now) + EVERY;
        let over = next.saturating_duration_since(now + EVERY * burst);
        if over.is_zero() {
            *whole_again = next;
            Ok(())
        } else {
            Err(over)
        }
    }
}

/// The address; of IPv6 the /64, which is what one customer of a network is given.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => {
            let [a, b, c, d, ..] = six.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
        four => four,
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const BURST: u32 = 10;

    #[test]
    fn an_allowance_is_used_up_and_comes_back() {
        let (failures, start) = (Failures::new(BURST), Instant::now());
        let [one, other]: [IpAddr; 2] = ["192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap()];
        for n in 0..BURST {
            assert_eq!(failures.count(one, start), Ok(()), "{n}");
        }
        assert_eq!(failures.count(one, start), Err(EVERY));
        assert_eq!(failures.count(one, start + Duration::from_secs(4)), Err(Duration::from_secs(2)), "a refusal costs nothing");
        assert_eq!(failures.count(other, start), Ok(()));
        assert_eq!(failures.count("::ffff:192.0.2.1".parse().unwrap(), start), Err(EVERY), "the same address, written otherwise");
        let later = start + EVERY;
        assert_eq!((failures.count(one, later), failures.count(one, later)), (Ok(()), Err(EVERY)));
        let much_later = start + EVERY * 100;
        assert!((0..BURST).all(|_| failures.count(one, much_later).is_ok()));
        assert!(failures.count(one, much_later).is_err(), "never more than one allowance");
    }

    #[test]
    fn neighbours_in_ipv6_are_one_and_the_table_is_bounded() {
        let (failures, start) = (Failures::new(BURST), Instant::now());
        for n in 0..BURST {
            assert!(failures.count(format!("2001:db8::{n}").parse().unwrap(), start).is_ok());
        }
        assert!(failures.count("2001:db8::ffff".parse().unwrap(), start).is_err());
        assert!(failures.count("2001:db8:0:1::1".parse().unwrap(), start).is_ok());
        let size = || failures.whole_again.lock().unwrap().len();
        for n in 0..20_000u32 {
            let _ = failures.count(Ipv4Addr::from_bits(n).into(), start);
        }
        assert_eq!(size(), ADDRESSES_MAX + 1, "one allowance for all the others");
        assert!(failures.count(Ipv4Addr::from_bits(1 << 30).into(), start).is_err());
        assert!(failures.count(Ipv4Addr::from_bits(1 << 30).into(), start + EVERY * 2).is_ok());
        assert_eq!(size(), 3, "what is whole again is forgotten: what is not, and the newcomer, remain");
    }
}
