//! Who has asked how often: one count per address and minute, in a map of bounded size.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use wellmet_engine::time::{Instant, Span};

/// Addresses counted at once, some 50 bytes each. When more ask within a minute, counting starts anew:
/// a flood from so many addresses is not stopped by counting addresses.
const MOST_ADDRESSES: usize = 50_000;

/// Counts requests by address.
#[derive(Debug, Default)]
pub(crate) struct Counter {
    counts: Mutex<(Instant, HashMap<IpAddr, u32>)>,
}

impl Counter {
    /// Counts a request; `false` when this address had its share of the minute. 0 allows all.
    pub(crate) fn allows(&self, address: Option<IpAddr>, most: u32, now: Instant) -> bool {
        let Some(address) = address.filter(|address| most > 0 && !address.is_loopback()) else { return true };
        let mut guard = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let (since, counts) = &mut *guard;
        if now - *since >= Span::MINUTE || now < *since || counts.len() >= MOST_ADDRESSES {
            *since = now;
            counts.clear();
        }
        let count = counts.entry(household(address)).or_insert(0);
        *count = count.saturating_add(1);
        *count <= most
    }
}

/// An IPv6 customer has a whole /64 to ask from; it counts as one.
fn household(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => match v6.to_ipv4_mapped() {
            Some(v4) => IpAddr::V4(v4),
            None => IpAddr::V6(Ipv6Addr::from(u128::from(v6) >> 64 << 64)),
        },
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use super::*;

    #[test]
    fn an_address_has_its_share_of_each_minute() {
        let counter = Counter::default();
        let shopper = Some("203.0.113.7".parse().unwrap());
        let other = Some("203.0.113.8".parse().unwrap());
        assert!(counter.allows(shopper, 2, Instant(0)));
        assert!(counter.allows(shopper, 2, Instant(1)));
        assert!(!counter.allows(shopper, 2, Instant(2)));
        assert!(counter.allows(other, 2, Instant(3)));
        assert!(counter.allows(shopper, 2, Instant(60_000)));
    }

    #[test]
    fn one_household_is_one_address_and_the_proxy_is_none() {
        let counter = Counter::default();
        assert!(counter.allows(Some("2001:db8::1".parse().unwrap()), 1, Instant(0)));
        assert!(!counter.allows(Some("2001:db8::2".parse().unwrap()), 1, Instant(0)));
        assert!(counter.allows(Some("2001:db8:0:1::1".parse().unwrap()), 1, Instant(0)));
        for _ in 0..10 {
            assert!(counter.allows(Some("127.0.0.1".parse().unwrap()), 1, Instant(0)));
            assert!(counter.allows(None, 1, Instant(0)));
        }
    }

    #[test]
    fn the_map_is_bounded() {
        let counter = Counter::default();
        for n in 0..200_000_u32 {
            counter.allows(Some(IpAddr::V4((0x0b00_0000 + n).into())), 1, Instant(0));
        }
        assert!(counter.counts.lock().unwrap().1.len() <= MOST_ADDRESSES);
    }
}
