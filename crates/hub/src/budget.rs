//! Budgets: what an offer may cost in all, spent exactly once for each redemption.
//!
//! A redemption and its budget lie in two places, and no store here changes two at once. So the cost is
//! set aside first, then the redemption is written, then the cost is booked; what was set aside and never
//! booked is looked at again, and booked or given back as the redemption says.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use wellmet_engine::time::{Instant, Span};

use crate::drawer::{Drawer, Write};
use crate::refusal::Refusal;
use crate::store::{Bucket, Key, Store};

/// After so long nobody is at work on what was set aside any more: requests end after 30 s.
const ABANDONED: Span = Span(2 * Span::MINUTE.0);

/// As stored. Fields may be added; none may change its meaning.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Book {
    /// Minor units.
    pub(crate) spent: i64,
    /// Set aside: by redemption, minor units and when.
    pub(crate) aside: BTreeMap<String, (i64, i64)>,
}

/// All budgets.
pub(crate) struct Budgets {
    drawer: Drawer<Book>,
}

const SPENT: Refusal =
    Refusal::new(StatusCode::CONFLICT, "budget-spent", "The offer's budget is spent; it is over for everybody.");

fn key(offer: &str) -> Key {
    Key::of("budget", offer)
}

impl Budgets {
    pub(crate) fn new(store: &Arc<dyn Store>) -> Self {
        Self { drawer: Drawer::new(store, Bucket::Budget, "budget") }
    }

    pub(crate) async fn get(&self, offer: &str) -> Result<Book, Refusal> {
        Ok(self.drawer.get(key(offer)).await?.unwrap_or_default())
    }

    /// Sets the cost of a redemption aside.
    pub(crate) async fn set_aside(
        &self,
        offer: &str,
        redemption: &str,
        (limit, cost): (i64, i64),
        now: Instant,
    ) -> Result<(), Refusal> {
        self.drawer
            .change(key(offer), |book| {
                if book.aside.contains_key(redemption) {
                    return Ok((Write::No, ()));
                }
                let aside: i64 = book.aside.values().map(|(cost, _)| cost).sum();
                if book.spent.saturating_add(aside).saturating_add(cost) > limit {
                    return Err(SPENT);
                }
                book.aside.insert(redemption.to_owned(), (cost, now.0));
                Ok((Write::Yes, ()))
            })
            .await
    }

    /// Books what was set aside, or gives it back.
    pub(crate) async fn settle(&self, offer: &str, redemption: &str, redeemed: bool) -> Result<(), Refusal> {
        self.drawer
            .change(key(offer), |book| {
                let Some((cost, _)) = book.aside.remove(redemption) else { return Ok((Write::No, ())) };
                if redeemed {
                    book.spent = book.spent.saturating_add(cost);
                }
                Ok((Write::Yes, ()))
            })
            .await
    }

    /// Gives back what a redemption cost that was undone.
    pub(crate) async fn refund(&self, offer: &str, cost: i64) -> Result<(), Refusal> {
        self.drawer
            .change(key(offer), |book| {
                book.spent = book.spent.saturating_sub(cost).max(0);
                Ok((Write::Yes, ()))
            })
            .await
    }

    /// Redemptions whose cost was set aside and that nobody is at work on.
    pub(crate) async fn abandoned(&self, offer: &str, now: Instant) -> Result<Vec<String>, Refusal> {
        let book = self.get(offer).await?;
        let old = book.aside.into_iter().filter(|(_, (_, at))| now - Instant(*at) > ABANDONED);
        Ok(old.map(|(redemption, _)| redemption).collect())
    }
}
