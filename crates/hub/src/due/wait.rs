//! Back in stock: who waits for an item, and the word to them when it is there.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use wellmet_engine::shelf::Lookup;
use wellmet_engine::time::Instant;

use super::desk::MOST_WATCHED;
use super::{Fired, Message};
use crate::app::Hub;
use crate::drawer::{Drawer, Write};
use crate::identity::customer_key;
use crate::refusal::Refusal;
use crate::rules::Verdict;
use crate::store::{Bucket, Key, Store};

/// Most customers who wait for one item.
const MOST: usize = 5_000;

/// Who waits, by keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Queue {
    shoppers: Vec<String>,
}

/// All who wait.
pub(crate) struct Waiting {
    drawer: Drawer<Queue>,
}

const FULL: Refusal = Refusal::new(
    axum::http::StatusCode::TOO_MANY_REQUESTS,
    "waiting-full",
    "Too many wait already, or she waits for too many articles.",
);

fn key(item: &str) -> Key {
    Key::of("waiting", item)
}

impl Waiting {
    pub(crate) fn new(store: &Arc<dyn Store>) -> Self {
        Self { drawer: Drawer::new(store, Bucket::Waiting, "waiting") }
    }

    async fn join(&self, item: &str, shopper: Key, waits: bool) -> Result<(), Refusal> {
        self.drawer
            .change(key(item), |queue| {
                let hex = shopper.hex();
                let there = queue.shoppers.contains(&hex);
                if there == waits {
                    return Ok((Write::No, ()));
                }
                if !waits {
                    queue.shoppers.retain(|known| *known != hex);
                    let write = if queue.shoppers.is_empty() { Write::Remove } else { Write::Yes };
                    return Ok((write, ()));
                }
                if queue.shoppers.len() >= MOST {
                    return Err(FULL);
                }
                queue.shoppers.push(hex);
                Ok((Write::Yes, ()))
            })
            .await
    }

    async fn all(&self, item: &str) -> Result<Vec<Key>, Refusal> {
        let queue = self.drawer.get(key(item)).await?.unwrap_or_default();
        Ok(queue.shoppers.iter().filter_map(|hex| Key::from_hex(hex)).collect())
    }
}

impl Hub {
    /// Notes that a customer waits for an item, or does not any more.
    pub(crate) async fn wait_for(&self, shopper: Key, item: &str, waits: bool) -> Result<(), Refusal> {
        self.desks
            .change(shopper, |desk| {
                let there = desk.watched.iter().any(|known| known == item);
                if there == waits {
                    return Ok((Write::No, ()));
                }
                desk.watched.retain(|known| known != item);
                if waits {
                    if desk.watched.len() >= MOST_WATCHED {
                        return Err(FULL);
                    }
                    desk.watched.push(item.to_owned());
                }
                Ok((Write::Yes, ()))
            })
            .await?;
        self.waiting.join(item, shopper, waits).await
    }

    /// Tells all who wait that an item is there. Each is told once: what she waits for is taken off her desk in
    /// the same step that puts the message there.
    pub(crate) async fn tell_back_in_stock(&self, item: &str, now: Instant) -> Result<usize, Refusal> {
        let rules = &self.config.rules;
        let Some(trigger) = rules.triggers.iter().find(|trigger| trigger.back_in_stock) else { return Ok(0) };
        let mut told = 0;
        for shopper in self.waiting.all(item).await? {
            let Some(customer) = self.customer_of(shopper).await? else { continue };
            let mut person = self.person(&customer).await?;
            person.journey.record(now, "back_in_stock", Some(item), None);
            let slot = format!("trigger:{}", trigger.id);
            let verdict = rules.judge(&person, &[&slot], now).into_iter().find(Verdict::applies);
            let settings = self.desks.settings(shopper).await?;
            if let Some(verdict) = verdict
                && let Some(channel) = self.channel(trigger, &person, &settings)
            {
                let message = self.compose(&customer, &person, trigger, &verdict, channel, None, now).await?;
                let message = self.about_item(message, item, trigger.quiet, &person.zone, now);
                told += usize::from(self.told(shopper, item, &verdict, message, now).await?);
            }
            self.waiting.join(item, shopper, false).await?;
            debug_assert_eq!(shopper, customer_key(&customer), "a queue holds customers' keys");
        }
        Ok(told)
    }

    fn about_item(
        &self,
        mut message: Message,
        item: &str,
        quiet: Option<wellmet_engine::offer::Quiet>,
        zone: &wellmet_engine::time::Zone,
        now: Instant,
    ) -> Message {
        let shelf = &self.config.rules.shelf;
        if let Lookup::Here(ix) = shelf.find(item)
            && let Lookup::Here(card) = shelf.card(ix)
        {
            message.fields.insert("itemTitle".into(), card.title.into());
            message.fields.entry("link").or_insert_with(|| card.link.into());
        }
        message.fields.insert("item".into(), item.into());
        // It is not lost at night, it waits for the morning.
        message.not_before = quiet.and_then(|quiet| quiet.ends(now, zone)).map_or(0, |ends| ends.0);
        message
    }

    async fn told(
        &self,
        shopper: Key,
        item: &str,
        verdict: &Verdict,
        message: Message,
        now: Instant,
    ) -> Result<bool, Refusal> {
        self.desks
            .change(shopper, |desk| {
                if !desk.watched.iter().any(|known| known == item) {
                    return Ok((Write::No, false));
                }
                desk.watched.retain(|known| known != item);
                desk.fired.push(Fired { what: verdict.exposure.clone(), at: now.0 });
                desk.post(message.clone());
                Ok((Write::Yes, true))
            })
            .await
    }
}
