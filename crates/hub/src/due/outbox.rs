//! From the outbox to her: each message taken by one hub, looked at once more, handed over, noted.
//!
//! A hub that stops between handing over and noting leaves the message taken; another sends it again
//! later under the same Message-ID or idempotency key, by which the receiving side knows it.

use serde_json::json;
use wellmet_engine::id::CustomerId;
use wellmet_engine::time::{Instant, Span};

use super::{Message, Round, State, message};
use crate::app::Hub;
use crate::identity::customer_key;
use crate::refusal::Refusal;
use crate::rules::Channel;
use crate::store::Key;

/// How long a hub has a message to itself: longer than any hand-over may take.
const HOLD: Span = Span(5 * Span::MINUTE.0);
/// The waits after a hand-over that failed, in minutes.
const AGAIN: [i64; 5] = [1, 5, 30, 120, 720];

/// What an unsubscribe link says.
#[derive(Debug, serde::Serialize, serde::Deserialize)]
pub(crate) struct Unsubscribe {
    pub(crate) kind: String,
    /// The shopper's key: it names nobody.
    pub(crate) of: String,
}

impl Hub {
    /// Sends what waits in a customer's outbox.
    pub(super) async fn deliver(&self, customer: &CustomerId) -> Result<Round, Refusal> {
        let (now, shopper) = (self.config.clock.now(), customer_key(customer));
        let mut round = Round::default();
        for message in self.desks.take(shopper, now, HOLD).await? {
            if self.is_over(customer, &message, now).await? {
                self.desks.note(shopper, &message.id, State::Cancelled, now).await?;
                round.cancelled += 1;
                continue;
            }
            match self.hand_over(customer, shopper, &message, now).await? {
                Handed::Over => {
                    self.desks.note(shopper, &message.id, State::Sent, now).await?;
                    round.sent += 1;
                }
                Handed::NotWanted => {
                    self.desks.note(shopper, &message.id, State::Cancelled, now).await?;
                    round.cancelled += 1;
                }
                Handed::NotYet(why) => {
                    tracing::warn!(%why, trigger = message.trigger, tries = message.tries, "a message waits");
                    let wait = AGAIN.get(message.tries.saturating_sub(1) as usize);
                    let state = if wait.is_some() { State::Waiting } else { State::Failed };
                    let next = now + Span::MINUTE * wait.copied().unwrap_or(0);
                    self.desks.note(shopper, &message.id, state, next).await?;
                    round.waiting += 1;
                }
            }
        }
        Ok(round)
    }

    /// Whether its occasion is gone: the order came back, she complained, or its condition has ended.
    async fn is_over(&self, customer: &CustomerId, message: &Message, now: Instant) -> Result<bool, Refusal> {
        let shopper = customer_key(customer);
        if let Some(order) = &message.order
            && self.is_void(shopper, order).await?
        {
            return Ok(true);
        }
        let rules = &self.config.rules;
        let trigger = rules.triggers.iter().find(|trigger| trigger.id == message.trigger);
        let Some(trigger) = trigger.filter(|trigger| !trigger.keep && !trigger.back_in_stock) else { return Ok(false) };
        let mut person = self.person(customer).await?;
        // Without what fired since, and without this message itself, the caps say what they said then.
        for fired in self.desks.get(shopper).await?.fired.iter().filter(|fired| fired.at < message.at) {
            person.journey.show(Instant(fired.at), &fired.what);
        }
        let slot = format!("trigger:{}", trigger.id);
        Ok(!rules.judge(&person, &[&slot], now).iter().any(crate::rules::Verdict::applies))
    }

    async fn hand_over(
        &self,
        customer: &CustomerId,
        shopper: Key,
        message: &Message,
        now: Instant,
    ) -> Result<Handed, Refusal> {
        if message.channel == Channel::Window {
            return Ok(Handed::Over);
        }
        // She may have said no since it became due.
        if !self.desks.settings(shopper).await?.mail {
            return Ok(Handed::NotWanted);
        }
        let unsubscribe = self.unsubscribe_link(shopper)?;
        let rules = &self.config.rules;
        let written = message::write(rules, &message.fields, &message.locale, unsubscribe.as_deref());
        let sent = match message.channel {
            Channel::Window => Ok(()),
            Channel::Mail if let Some(mailer) = &self.mailer => {
                let record = self.records.get(customer, None).await?;
                let Some(to) = message::address(&record) else { return Ok(Handed::NotWanted) };
                mailer.send(to, &message.id, written, unsubscribe.as_deref()).await
            }
            Channel::Mail | Channel::Letter | Channel::Push => {
                let (Some(webhook), Some(secret)) = (&self.config.webhook, self.config.shop.newest()) else {
                    return Ok(Handed::NotWanted);
                };
                let written = json!({ "subject": written.subject, "text": written.text, "html": written.html });
                super::webhook::send(webhook, secret, message, customer.as_str(), written, now).await
            }
        };
        Ok(sent.map_or_else(Handed::NotYet, |()| Handed::Over))
    }

    /// Where one click ends it; `None` for a hub that does not know its own address.
    fn unsubscribe_link(&self, shopper: Key) -> Result<Option<String>, Refusal> {
        let Some(public) = &self.config.public else { return Ok(None) };
        let token = self.signing.sign(&Unsubscribe { kind: "unsubscribe".into(), of: shopper.hex() })?;
        Ok(Some(format!("{}{}?t={token}", public.trim_end_matches('/'), self.config.path("/v1/unsubscribe"))))
    }
}

enum Handed {
    Over,
    NotWanted,
    NotYet(String),
}
