//! What a shopper did, as the hub was told by her page, by the shop's app, by its call centre.
//!
//! Events come under the names that the field uses: those of Google Analytics 4, of Segment, of Shopify's
//! pixels. They are kept as the engine's own journey, bounded as in the page, so that triggers see the
//! same as there, and as long as she agreed to: every event names the purpose it may be used for.

use std::sync::Arc;

use serde::Deserialize;
use serde_json::{Map, Value};
use wellmet_engine::journey::{Journey, MAX_WORD};
use wellmet_engine::time::{Instant, Span};

use crate::forms::Moment;
use crate::refusal::Refusal;
use crate::store::change::{Next, change};
use crate::store::{Bucket, Key, Place, Store, damaged};

/// How long a journey is kept after its last event.
const KEPT: Span = Span::days(400);
/// Most items of one event.
const MOST_ITEMS: usize = 200;

/// One event, under a name of the field.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Event {
    /// `view_item`, `Product Viewed`, `product_viewed`, or a word of the shop's own.
    name: String,
    /// What she agreed to: `personalization`, `analytics` or `cart`.
    purpose: Purpose,
    at: Option<Moment>,
    /// As the field's tool has them: GA4's `items`, Segment's `products`.
    #[serde(default)]
    params: Map<String, Value>,
}

/// What an event may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Purpose {
    /// Recognition.
    Personalization,
    /// Counting.
    Analytics,
    /// The cart.
    Cart,
}

/// The engine's word for each name: ours, GA4's, Segment's, Shopify's.
const NAMES: [(&str, &str, &str, &str); 15] = [
    ("list", "view_item_list", "Product List Viewed", "collection_viewed"),
    ("click", "select_item", "Product Clicked", ""),
    ("view", "view_item", "Product Viewed", "product_viewed"),
    ("search", "search", "Products Searched", "search_submitted"),
    ("add", "add_to_cart", "Product Added", "product_added_to_cart"),
    ("remove", "remove_from_cart", "Product Removed", "product_removed_from_cart"),
    ("cart", "view_cart", "Cart Viewed", "cart_viewed"),
    ("wishlist", "add_to_wishlist", "Product Added to Wishlist", ""),
    ("checkout", "begin_checkout", "Checkout Started", "checkout_started"),
    ("shipping", "add_shipping_info", "Checkout Step Completed", "checkout_shipping_info_submitted"),
    ("payment", "add_payment_info", "Payment Info Entered", "payment_info_submitted"),
    ("order", "purchase", "Order Completed", "checkout_completed"),
    ("refund", "refund", "Order Refunded", ""),
    ("offer", "view_promotion", "Promotion Viewed", ""),
    ("share", "share", "Product Shared", ""),
];

/// The engine's word for a name of the field; `None` for one that is nobody's.
pub(crate) fn word(name: &str) -> Option<&'static str> {
    let mut known = NAMES.iter().filter(|_| !name.is_empty());
    known.find(|(ours, ga4, segment, shopify)| [*ours, *ga4, *segment, *shopify].contains(&name)).map(|row| row.0)
}

const NAME: Refusal = Refusal::senseless("event-name", "An event has no name that could be kept.")
    .fix("Send a name of GA4, Segment or Shopify, or a word of 1 to 64 letters, digits, `-` and `_`.");
const FUTURE: Refusal = Refusal::senseless("event-moment", "An event is from the future, or older than 400 days.");

/// An item and its category path.
type About = (String, String);

impl Event {
    /// The event's kind, its moment, and the items it is about.
    fn check(&self, now: Instant) -> Result<(String, Instant, Vec<About>), Refusal> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let own = (1..=64).contains(&self.name.len()) && self.name.chars().all(plain);
        let kind = match word(&self.name) {
            Some(word) => word.to_owned(),
            None if own => self.name.clone(),
            None => return Err(NAME.at("name")),
        };
        let at = self.at.map_or(now, |at| at.0);
        if at > now + Span::MINUTE || now - at > KEPT {
            return Err(FUTURE.at("at"));
        }
        Ok((kind, at, items(&self.params)))
    }
}

fn items(params: &Map<String, Value>) -> Vec<About> {
    let lists = ["items", "products", "lineItems"].iter().find_map(|name| params.get(*name)?.as_array());
    let one = |item: &Map<String, Value>| {
        let text = |names: &[&str]| {
            names.iter().find_map(|name| item.get(*name)?.as_str()).filter(|text| text.len() <= MAX_WORD)
        };
        let id = text(&["item_id", "product_id", "productId", "sku", "id", "item"])?;
        let levels: Vec<&str> =
            ["item_category", "item_category2", "item_category3", "item_category4", "item_category5"]
                .iter()
                .map_while(|name| item.get(*name)?.as_str())
                .collect();
        let path = levels.join(" > ");
        let category = if path.is_empty() { text(&["category"]).unwrap_or("").to_owned() } else { path };
        Some((id.to_owned(), category))
    };
    match lists {
        Some(list) => list.iter().take(MOST_ITEMS).filter_map(|item| one(item.as_object()?)).collect(),
        None => one(params).into_iter().collect(),
    }
}

/// All journeys.
pub(crate) struct Journeys {
    store: Arc<dyn Store>,
}

const fn place(shopper: Key) -> Place {
    Place { bucket: Bucket::Journey, key: shopper }
}

fn decode(bytes: &[u8]) -> Result<Journey, Refusal> {
    Journey::decode(bytes).map_err(|_| damaged("journey"))
}

impl Journeys {
    pub(crate) fn new(store: &Arc<dyn Store>) -> Self {
        Self { store: Arc::clone(store) }
    }

    pub(crate) async fn get(&self, shopper: Key) -> Result<Journey, Refusal> {
        let kept = self.store.get(place(shopper)).await?;
        Ok(kept.map(|kept| decode(&kept.value)).transpose()?.unwrap_or_default())
    }

    /// Takes in events. One that was sent twice is kept once.
    pub(crate) async fn note(&self, shopper: Key, events: &[Event], now: Instant) -> Result<usize, Refusal> {
        let mut told = Journey::default();
        for (n, event) in events.iter().enumerate() {
            let place = |refusal: Refusal| {
                let field = refusal.at.clone().unwrap_or_default();
                refusal.at(format!("events[{n}].{field}"))
            };
            let (kind, at, items) = event.check(now).map_err(place)?;
            // What was only to be counted says nothing of her to the rules.
            if event.purpose == Purpose::Analytics {
                continue;
            }
            if items.is_empty() {
                told.record(at, &kind, None, None);
            }
            for (item, category) in &items {
                told.record(at, &kind, Some(item), Some(category));
            }
            if kind == "offer"
                && let Some(id) = event.params.get("promotion_id").and_then(Value::as_str)
            {
                told.show(at, id);
            }
        }
        self.merge(shopper, &told, now).await?;
        Ok(events.len())
    }

    /// Takes in another journey of the same shopper: what she did before she signed in.
    pub(crate) async fn merge(&self, shopper: Key, other: &Journey, now: Instant) -> Result<(), Refusal> {
        change(&*self.store, place(shopper), |present| {
            let mut journey = present.map(decode).transpose()?.unwrap_or_default();
            let before = journey.clone();
            journey.merge(other);
            if journey == before {
                return Ok(Next::Keep(()));
            }
            Ok(Next::Put { value: journey.encode(), until: Some(now + KEPT), answer: () })
        })
        .await
    }

    pub(crate) async fn remove(&self, shopper: Key) -> Result<(), Refusal> {
        change(&*self.store, place(shopper), |_| Ok(Next::Remove(()))).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail here")]
    use super::*;

    #[test]
    fn c65_the_names_of_three_tools_are_one_word() {
        for (ours, ga4, segment, shopify) in NAMES {
            for name in [ours, ga4, segment, shopify].into_iter().filter(|name| !name.is_empty()) {
                assert_eq!(word(name), Some(ours), "{name}");
            }
        }
        assert_eq!(word("wishes"), None);
        assert_eq!(word(""), None);
    }

    #[test]
    fn c65_items_are_found_where_each_tool_puts_them() {
        let items = |json: &str| items(&serde_json::from_str(json).unwrap());
        let ga4 = r#"{"currency":"EUR","items":[{"item_id":"cup","item_category":"Tea","item_category2":"Cups"},{"price":1}]}"#;
        assert_eq!(items(ga4), [("cup".to_owned(), "Tea > Cups".to_owned())]);
        assert_eq!(items(r#"{"products":[{"product_id":"cup","category":"Tea"}]}"#), [("cup".into(), "Tea".into())]);
        assert_eq!(items(r#"{"product_id":"cup"}"#), [("cup".to_owned(), String::new())]);
        assert_eq!(items(r#"{"search_term":"tea"}"#), []);
    }
}
