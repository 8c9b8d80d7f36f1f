//! From the shop file to what a hub needs beside the table: codes, budgets, vouchers, points, early access.

use super::compile::{Target, compile, minor_of, moment, quiet};
use super::model::{Channel, Offer, ShopFile, Trigger, Where};
use std::sync::Arc;
use wellmet_engine::condition::TooBig;
use wellmet_engine::shelf::Shelf;
use wellmet_engine::time::Span;
use wellmet_hub::rules::{self, AccessRule, OfferRule, PointsRule, Rules, TriggerRule, VoucherRule, Worth};

/// The rules for a hub.
///
/// # Errors
/// [`TooBig`] when all conditions together are more than the engine takes.
pub fn rules(shop: &ShopFile, shelf: Option<Arc<dyn Shelf + Send + Sync>>) -> Result<Rules, TooBig> {
    let table = compile(shop, Target::Hub)?;
    let minor = |amount: f64| to_minor(amount, minor_of(table.currency));
    let none = Rules::none();
    Ok(Rules {
        name: shop.shop.name.clone(),
        zone: shop.shop.zone.clone().unwrap_or(none.zone),
        offers: shop.offers.iter().map(|(id, offer)| of_offer(id, offer, &minor)).collect(),
        triggers: shop
            .triggers
            .iter()
            .filter(|(_, trigger)| trigger.on == Where::Hub)
            .map(|(id, trigger)| of_trigger(id, trigger))
            .collect(),
        payments: shop.payments.keys().cloned().collect(),
        access: shop
            .access
            .iter()
            .filter_map(|(id, access)| {
                Some(AccessRule { id: id.clone(), items: access.items.clone(), opens: moment(&access.opens)? })
            })
            .collect(),
        points: shop.points.as_ref().map(|points| PointsRule {
            milli_per_unit: to_minor(points.per_unit, 1_000.0),
            unit_minor: minor(1.0),
            pending_days: points.pending,
            expire_days: points.expire,
        }),
        stale_after: shop.shop.stock_minutes.map_or(none.stale_after, |minutes| Span::MINUTE * i64::from(minutes)),
        shelf: shelf.unwrap_or(none.shelf),
        table: Arc::new(table),
    })
}

#[allow(clippy::cast_possible_truncation, reason = "amounts of money")]
fn to_minor(amount: f64, minor: f64) -> i64 {
    (amount * minor).round() as i64
}

fn of_offer(id: &str, offer: &Offer, minor: &dyn Fn(f64) -> i64) -> OfferRule {
    let worth = |amount: Option<f64>, percent: Option<u8>| match (amount, percent) {
        (Some(amount), _) => Some(Worth::Amount(minor(amount))),
        (None, percent) => percent.map(Worth::Percent),
    };
    OfferRule {
        id: id.to_owned(),
        code: offer.code.as_ref().map(|code| code.value.clone()),
        budget: offer.budget.as_ref().map(|budget| (minor(budget.amount), minor(budget.cost.unwrap_or(0.0)))),
        voucher: offer.voucher.as_ref().and_then(|voucher| {
            Some(VoucherRule {
                worth: worth(voucher.amount, voucher.percent)?,
                least: voucher.minimum.map_or(0, minor),
                days: voucher.days,
                again: None,
            })
        }),
    }
}

fn of_trigger(id: &str, trigger: &Trigger) -> TriggerRule {
    let channel = |channel: &Channel| match channel {
        Channel::Window => rules::Channel::Window,
        Channel::Mail => rules::Channel::Mail,
        Channel::Letter => rules::Channel::Letter,
        Channel::Push => rules::Channel::Push,
    };
    let minute = |text: &str| {
        let (hours, minutes) = text.split_once(':')?;
        Some(hours.parse::<u16>().ok()? * 60 + minutes.parse::<u16>().ok()?)
    };
    let when = serde_json::Value::Object(trigger.when.0.clone()).to_string();
    TriggerRule {
        id: id.to_owned(),
        channels: trigger.channels.iter().map(channel).collect(),
        at: trigger.at.as_deref().and_then(minute),
        quiet: trigger.quiet.as_ref().and_then(quiet),
        keep: trigger.keep,
        offer: trigger.offer.clone(),
        about_order: trigger.cap.every == "order" || when.contains("days_since.order"),
        back_in_stock: when.contains("back_in_stock"),
    }
}
