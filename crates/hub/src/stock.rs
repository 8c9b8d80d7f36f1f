//! Stock over stores and the web: the latest reading of each, its age, and who waits for it.
//!
//! The shop's systems send readings ("7 pieces in Vienna at 10:03") and movements ("one less"). A
//! reading older than the one kept is left aside, and a movement is counted once by its name. What is kept
//! is never shown as a fact without its age.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use wellmet_engine::id::ItemId;
use wellmet_engine::time::{Instant, Span};

use crate::drawer::{Drawer, Write};
use crate::forms::Moment;
use crate::refusal::Refusal;
use crate::store::{Bucket, Key, Place, Store};

/// Most places (stores, and the web) of one item.
const MOST_PLACES: usize = 2_000;
/// Names of movements remembered for each place.
const MOST_MOVES: usize = 64;
/// How long a reading is kept after the last word of the item.
const KEPT: Span = Span::days(90);

/// One thing the shop says of stock.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Word {
    pub(crate) item: String,
    /// `web`, or the store's id.
    place: String,
    /// Pieces there are.
    quantity: Option<u32>,
    /// Pieces more or, negative, fewer.
    change: Option<i32>,
    /// Names a movement, so that it is counted once.
    id: Option<String>,
    at: Option<Moment>,
    /// Minutes until it can be picked up there.
    pickup_minutes: Option<u32>,
}

/// The readings of one item, by place. Fields may be added; none may change its meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Readings(BTreeMap<String, Reading>);

/// A reading as kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Reading {
    quantity: u32,
    /// The latest word of it, milliseconds since 1970.
    at: i64,
    /// The latest count; movements before it are in it.
    #[serde(default)]
    counted: i64,
    #[serde(default)]
    pickup_minutes: Option<u32>,
    #[serde(default)]
    moves: Vec<String>,
}

/// Stock of an item at one place, as a page is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Here {
    pub(crate) place: String,
    pub(crate) quantity: u32,
    /// When it was read, milliseconds since 1970.
    pub(crate) at: i64,
    pub(crate) age_seconds: i64,
    /// Whether it is too old to be told as a fact.
    pub(crate) stale: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pickup_minutes: Option<u32>,
}

/// Stock of an item, as a page is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Told {
    pub(crate) item: String,
    pub(crate) places: Vec<Here>,
    /// After so many seconds the page itself is to say that a reading is old.
    pub(crate) stale_after_seconds: i64,
}

/// What a word has changed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effect {
    /// Whether anything is different now.
    pub(crate) changed: bool,
    /// Whether there was none anywhere before, and there is now.
    pub(crate) back: bool,
}

/// All readings.
pub(crate) struct Stock {
    drawer: Drawer<Readings>,
}

const ITEM: Refusal = Refusal::senseless("stock-item", "A reading of stock names no article.");
const PLACE: Refusal =
    Refusal::senseless("stock-place", "A reading of stock names no place, or one of more than 64 bytes.")
        .fix("Send `web`, or the store's id.");
const AMOUNT: Refusal =
    Refusal::senseless("stock-amount", "A reading needs a quantity; a movement needs a change and an id.")
        .fix("Send either `quantity`, or `change` with an `id` of its own.");
const FUTURE: Refusal = Refusal::senseless("stock-moment", "A reading is from the future.")
    .fix("Compare the clocks of the shop's systems and of the hub.");
const PLACES: Refusal =
    Refusal::new(StatusCode::UNPROCESSABLE_ENTITY, "stock-full", "An article has no room for more than 2,000 places.");

fn key(item: &str) -> Key {
    Key::of("stock", item)
}

impl Stock {
    pub(crate) fn new(store: &Arc<dyn Store>) -> Self {
        Self { drawer: Drawer::new(store, Bucket::Stock, "stock") }
    }

    /// Where an item's readings lie, to be watched.
    pub(crate) fn place(&self, item: &str) -> Place {
        self.drawer.place(key(item))
    }

    /// Takes in a word.
    pub(crate) async fn say(&self, word: &Word, now: Instant) -> Result<Effect, Refusal> {
        if ItemId::new(&word.item).is_none() {
            return Err(ITEM.at("item"));
        }
        if word.place.is_empty() || word.place.len() > 64 {
            return Err(PLACE.at("place"));
        }
        let at = word.at.map_or(now, |at| at.0);
        if at > now + Span::MINUTE {
            return Err(FUTURE.at("at"));
        }
        let fits = match (word.quantity, word.change, &word.id) {
            (Some(_), None, _) => true,
            (None, Some(_), Some(id)) => !id.is_empty() && id.len() <= 128,
            _ => false,
        };
        if !fits {
            return Err(AMOUNT.at("quantity"));
        }
        self.drawer
            .change(key(&word.item), |readings| {
                let before = readings.any();
                if readings.0.len() >= MOST_PLACES && !readings.0.contains_key(&word.place) {
                    return Err(PLACES.at("place"));
                }
                if !readings.take(word, at) {
                    return Ok((Write::No, Effect::default()));
                }
                Ok((Write::Until(now + KEPT), Effect { changed: true, back: !before && readings.any() }))
            })
            .await
    }

    /// What a page may be told of an item now. The web comes first, then stores by their ids.
    pub(crate) async fn tell(&self, item: &str, stale_after: Span, now: Instant) -> Result<Told, Refusal> {
        let readings = self.drawer.get(key(item)).await?.unwrap_or_default();
        let mut places: Vec<Here> = readings
            .0
            .into_iter()
            .map(|(place, reading)| {
                let age = (now - Instant(reading.at)).0.max(0);
                Here {
                    place,
                    quantity: reading.quantity,
                    at: reading.at,
                    age_seconds: age / 1_000,
                    stale: age > stale_after.0,
                    pickup_minutes: reading.pickup_minutes,
                }
            })
            .collect();
        places.sort_by_key(|here| here.place != "web");
        Ok(Told { item: item.to_owned(), places, stale_after_seconds: stale_after.0 / 1_000 })
    }
}

impl Readings {
    /// Whether there is a piece anywhere.
    fn any(&self) -> bool {
        self.0.values().any(|reading| reading.quantity > 0)
    }

    /// Takes a checked word; whether it said anything new.
    fn take(&mut self, word: &Word, at: Instant) -> bool {
        let known = self.0.get(&word.place);
        if let Some(quantity) = word.quantity {
            if known.is_some_and(|known| known.counted > at.0) {
                return false;
            }
            let moves = Vec::new();
            let pickup_minutes = word.pickup_minutes.or(known.and_then(|known| known.pickup_minutes));
            let reading = Reading { quantity, at: at.0, counted: at.0, pickup_minutes, moves };
            let new = known.is_none_or(|known| (known.quantity, known.counted) != (quantity, at.0));
            self.0.insert(word.place.clone(), reading);
            return new;
        }
        let (Some(change), Some(id)) = (word.change, &word.id) else { return false };
        let reading = self.0.entry(word.place.clone()).or_default();
        // What moved before the last count is in it already.
        if reading.moves.contains(id) || reading.counted > at.0 {
            return false;
        }
        reading.quantity = reading.quantity.saturating_add_signed(change);
        reading.at = reading.at.max(at.0);
        reading.moves.push(id.clone());
        let over = reading.moves.len().saturating_sub(MOST_MOVES);
        reading.moves.drain(..over);
        true
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use super::*;

    fn word(json: &str) -> Word {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn c78_the_latest_reading_holds_and_a_movement_counts_once() {
        let mut readings = Readings::default();
        let reading = word(r#"{"item":"cup","place":"web","quantity":5}"#);
        assert!(readings.take(&reading, Instant(1_000)));
        assert!(!readings.take(&word(r#"{"item":"cup","place":"web","quantity":9}"#), Instant(999)), "older");
        assert!(!readings.take(&reading, Instant(1_000)), "told again");
        let sold = word(r#"{"item":"cup","place":"web","change":-2,"id":"m1"}"#);
        assert!(!readings.take(&sold, Instant(900)), "was in the reading");
        assert!(readings.take(&sold, Instant(1_100)));
        assert!(!readings.take(&sold, Instant(1_200)), "told again");
        assert_eq!(readings.0["web"].quantity, 3);
        let earlier = word(r#"{"item":"cup","place":"web","change":-1,"id":"m0"}"#);
        assert!(readings.take(&earlier, Instant(1_050)), "movements may come in any order");
        assert_eq!(readings.0["web"].quantity, 2);
        assert!(readings.take(&word(r#"{"item":"cup","place":"web","change":-9,"id":"m2"}"#), Instant(1_300)));
        assert_eq!(readings.0["web"].quantity, 0, "never less than none");
        assert!(!readings.any());
    }
}
