//! What is due to a shopper: triggers looked at natively, messages put into her outbox once for each occasion,
//! and sent from there.
//!
//! A desk holds her settings, what has fired, and her outbox, in one place. Firing and putting into the
//! outbox are one compare and set, so several hubs that look at once put one message there.

mod desk;
mod mail;
pub mod message;
mod outbox;
mod wait;
mod webhook;

use wellmet_engine::id::CustomerId;
use wellmet_engine::time::{Day, Instant, Span, Zone};

use crate::app::Hub;
use crate::drawer::Write;
use crate::identity::customer_key;
use crate::refusal::Refusal;
use crate::rules::{Channel, Person, TriggerRule, Verdict};
use crate::store::{Bucket, Key, Place, Swap};

pub(crate) use desk::{Desk, Desks, Fired, Message, Settings, State};
pub(crate) use mail::Mailer;
pub use mail::{MailError, MailSettings};
pub(crate) use wait::Waiting;
pub use webhook::WebhookSettings;

/// How long one hub has a part of the customers to itself.
const LEASE: Span = Span(10 * Span::MINUTE.0);

/// What a round has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Round {
    /// Customers looked at.
    pub(crate) looked_at: usize,
    /// Messages put into outboxes.
    pub(crate) due: usize,
    /// Messages handed over.
    pub(crate) sent: usize,
    /// Messages that were void by the time they were to be sent.
    pub(crate) cancelled: usize,
    /// Messages that could not be handed over yet.
    pub(crate) waiting: usize,
}

impl Round {
    pub(crate) fn add(&mut self, other: Self) {
        self.looked_at += other.looked_at;
        self.due += other.due;
        self.sent += other.sent;
        self.cancelled += other.cancelled;
        self.waiting += other.waiting;
    }
}

/// The next moment at which her clock shows this minute of the day; now, if it shows it.
fn next(minute: u16, zone: &Zone, now: Instant) -> Instant {
    let at = |day: i64| {
        let midnight = zone.midnight(Day(day));
        // An hour may be missing or twice there on the day the clocks change: the minute counts from the day's
        // own midnight, by the offset that holds then.
        let civil = midnight + zone.offset(midnight) + Span::MINUTE * i64::from(minute);
        civil - zone.offset(civil - zone.offset(midnight))
    };
    let today = zone.day(now).0;
    let first = at(today);
    if first + Span::MINUTE > now { first.max(now) } else { at(today + 1) }
}

impl Hub {
    /// Looks at every customer whose key begins with a byte, unless another hub does. That is only to spare
    /// the work: two that look at once still put one message there.
    pub(crate) async fn look_after_part(&self, first: u8) -> Result<Round, Refusal> {
        if self.config.rules.triggers.is_empty() || !self.lease(first).await? {
            return Ok(Round::default());
        }
        self.look_after_these(first).await
    }

    /// Looks at every customer whose key begins with a byte.
    pub(crate) async fn look_after_these(&self, first: u8) -> Result<Round, Refusal> {
        let mut round = Round::default();
        let mut keys = self.store.keys(Bucket::Record, first).await?;
        keys.extend(self.store.keys(Bucket::Account, first).await?);
        keys.sort_unstable();
        keys.dedup();
        for shopper in keys {
            match self.look_after(shopper).await {
                Ok(one) => round.add(one),
                // One customer's damage is no reason to forget the others.
                Err(refusal) => tracing::warn!(code = refusal.code, ?shopper, "a customer could not be looked at"),
            }
        }
        Ok(round)
    }

    async fn lease(&self, first: u8) -> Result<bool, Refusal> {
        let place = Place { bucket: Bucket::Hub, key: Key::of("due-lease", &first.to_string()) };
        let now = self.config.clock.now();
        let seen = self.store.get(place).await?;
        if seen.as_ref().is_some_and(|seen| seen.value != self.name.as_bytes()) {
            return Ok(false);
        }
        let until = Some(now + LEASE);
        let swap = self.store.swap(place, seen.map(|seen| seen.revision), Some(self.name.clone().into_bytes()), until);
        Ok(matches!(swap.await?, Swap::Done(_)))
    }

    /// Looks at one customer: what begins to be due, then what waits in her outbox.
    pub(crate) async fn look_after(&self, shopper: Key) -> Result<Round, Refusal> {
        let mut round = Round { looked_at: 1, ..Round::default() };
        if crate::documents::is_erased(&*self.store, shopper).await? {
            return Ok(round);
        }
        let Some(customer) = self.customer_of(shopper).await? else { return Ok(round) };
        let person = self.person(&customer).await?;
        round.due = self.fire(&customer, person).await?;
        round.add(self.deliver(&customer).await?);
        Ok(round)
    }

    /// The customer whose key that is.
    pub(crate) async fn customer_of(&self, shopper: Key) -> Result<Option<CustomerId>, Refusal> {
        if let Some(record) = self.records.at(shopper).await? {
            return Ok(Some(record.customer));
        }
        Ok(self.accounts.get(shopper).await?.and_then(|account| CustomerId::new(&account.customer)))
    }

    /// Puts into the outbox what is due now and was not before.
    async fn fire(&self, customer: &CustomerId, mut person: Person) -> Result<usize, Refusal> {
        let (now, shopper, rules) = (self.config.clock.now(), customer_key(customer), &self.config.rules);
        let desk = self.desks.get(shopper).await?;
        for fired in &desk.fired {
            person.journey.show(Instant(fired.at), &fired.what);
        }
        let mut due = 0;
        for trigger in rules.triggers.iter().filter(|trigger| !trigger.back_in_stock) {
            if trigger.quiet.is_some_and(|quiet| quiet.ends(now, &person.zone).is_some()) {
                continue;
            }
            let slot = format!("trigger:{}", trigger.id);
            let Some(verdict) = rules.judge(&person, &[&slot], now).into_iter().find(Verdict::applies) else {
                continue;
            };
            let order = person.record.orders.first().map(|order| order.id.clone()).filter(|_| trigger.about_order);
            if let Some(order) = &order
                && self.is_void(shopper, order).await?
            {
                continue;
            }
            let Some(channel) = self.channel(trigger, &person, &desk.settings) else { continue };
            let mut message = self.compose(customer, &person, trigger, &verdict, channel, order, now).await?;
            message.not_before = trigger.at.map_or(0, |minute| next(minute, &person.zone, now).0);
            let fired = Fired { what: verdict.exposure.clone(), at: now.0 };
            if self.put(shopper, &desk.fired, due, fired.clone(), message).await? {
                // The caps of the triggers after it count this one.
                person.journey.show(now, &fired.what);
                due += 1;
            }
        }
        Ok(due)
    }

    /// Puts a message there if nothing else has fired since the desk was read; `before` that were put in this
    /// round.
    async fn put(
        &self,
        shopper: Key,
        seen: &[Fired],
        before: usize,
        fired: Fired,
        message: Message,
    ) -> Result<bool, Refusal> {
        self.desks
            .change(shopper, |desk| {
                if !desk.fired.starts_with(seen) || desk.fired.len() != seen.len() + before {
                    return Ok((Write::No, false));
                }
                desk.fired.push(fired.clone());
                desk.post(message.clone());
                Ok((Write::Yes, true))
            })
            .await
    }

    /// The preferred way that is open.
    pub(crate) fn channel(&self, trigger: &TriggerRule, person: &Person, settings: &Settings) -> Option<Channel> {
        let window = [Channel::Window];
        let wanted = if trigger.channels.is_empty() { &window[..] } else { &trigger.channels };
        wanted.iter().copied().find(|channel| match channel {
            Channel::Window => true,
            Channel::Mail if self.mailer.is_some() => settings.mail && message::address(&person.record).is_some(),
            // What the hub cannot do itself, a system of the shop's own does.
            Channel::Mail | Channel::Letter | Channel::Push => self.config.webhook.is_some() && settings.mail,
        })
    }

    /// Whether an order is no occasion for kind words any more.
    pub(crate) async fn is_void(&self, shopper: Key, order: &str) -> Result<bool, Refusal> {
        let told = self.orders.get(order).await?;
        Ok(told.is_some_and(|order| order.gone_back()) || self.threads.complains(shopper, order).await?)
    }

    #[allow(clippy::too_many_arguments, reason = "all that a message is made of")]
    pub(crate) async fn compose(
        &self,
        customer: &CustomerId,
        person: &Person,
        trigger: &TriggerRule,
        verdict: &Verdict,
        channel: Channel,
        order: Option<String>,
        now: Instant,
    ) -> Result<Message, Refusal> {
        let mut fields = verdict.json();
        if let Some(offer) = trigger.offer.as_deref().and_then(|id| self.config.rules.offer(id)) {
            if let Some(code) = &offer.code {
                fields.insert("code".into(), code.clone().into());
            }
            if offer.voucher.is_some() {
                let vouchers = self.vouchers(customer, person, now).await?;
                let hers = vouchers.iter().rev().find(|voucher| voucher["offer"] == offer.id.as_str());
                if let Some(code) = hers.and_then(|voucher| voucher["code"].as_str()) {
                    fields.insert("code".into(), code.into());
                }
            }
        }
        Ok(Message {
            id: crate::random::token::<12>()?,
            trigger: trigger.id.clone(),
            channel,
            fields,
            locale: person.locale.clone(),
            order,
            at: now.0,
            ..Message::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c40_nine_in_the_morning_is_by_her_clock_also_when_the_clocks_change() {
        let day = Day::from_civil(2026, 3, 29).midnight_utc();
        // Vienna: +1 until 01:00 UTC, then +2.
        let vienna = Zone { changes: vec![(Instant(i64::MIN), 60), (day + Span::HOUR, 120)] };
        assert_eq!(next(540, &vienna, day - Span::HOUR * 20), day - Span::HOUR * 16);
        assert_eq!(next(540, &vienna, day), day + Span::HOUR * 7);
        assert_eq!(next(540, &vienna, day + Span::HOUR * 7), day + Span::HOUR * 7, "it is nine");
        assert_eq!(next(540, &vienna, day + Span::HOUR * 8), day + Span::HOUR * 31);
        assert_eq!(next(540, &Zone::fixed(-480), day), day + Span::HOUR * 17);
    }
}
