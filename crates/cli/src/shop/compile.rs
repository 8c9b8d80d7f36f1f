//! From the shop file to the engine's table.
//!
//! Runs on files that [`super::check`] found no error in; what a reference leads nowhere is left out.
//! Contact persons, guarantees, playlists, payment methods, surveys, triggers and the like become slots
//! like any other ([`assigned`]), so that the engine knows one thing only: which variant fits.

mod assigned;

use super::json::to_value;
use super::model::{
    AttributeSource, AttributeType, Cap, Clock, Condition, Field, Items, ItemsKind, Named, Offer, Phrase, Purpose,
    Quiet, ShopFile, Thresholds, Variant,
};
use super::names::{Scope, placeholders};
use super::texts;
use std::collections::BTreeMap;
use wellmet_engine::attribute::{self, Annual, DateOf, Source, purpose};
use wellmet_engine::bucket::WHOLE;
use wellmet_engine::condition::{ConditionIx, TooBig};
use wellmet_engine::money::Currency;
use wellmet_engine::offer;
use wellmet_engine::recommend;
use wellmet_engine::slot::{self, Arm};
use wellmet_engine::status::{self, Threshold};
use wellmet_engine::table::{Because, Rhythm, Table, Text};
use wellmet_engine::time::{Day, Instant, Span};

/// Whom the table is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The book, which anybody can read: without triggers of the hub.
    Browser,
    /// The hub and the command line: everything.
    Hub,
}

/// Compiles a shop file.
///
/// # Errors
/// [`TooBig`] when all conditions together are more than the engine takes.
pub fn compile(shop: &ShopFile, target: Target) -> Result<Table, TooBig> {
    compile_asking(shop, target, &[])
}

/// Compiles a shop file, with attributes that no rule asks for but the caller will.
///
/// # Errors
/// As [`compile`].
pub fn compile_asking(shop: &ShopFile, target: Target, names: &[String]) -> Result<Table, TooBig> {
    let currency = Currency::new(&shop.shop.currency).unwrap_or(Currency::new("XXX").expect("three capital letters"));
    let (table, phrases) = (Table::new(currency), BTreeMap::new());
    let mut compiler = Compiler { shop, target, scope: Scope::new(shop), table, phrases };
    compiler.table.languages = shop.shop.languages.clone();
    compiler.table.phrases[0] = vec![String::new(); shop.shop.languages.len()];
    compiler.all(target)?;
    for name in names {
        compiler.name(name);
    }
    compiler.attributes();
    compiler.table.program.share();
    Ok(compiler.table)
}

struct Compiler<'a> {
    shop: &'a ShopFile,
    target: Target,
    scope: Scope<'a>,
    table: Table,
    /// Texts already in the table.
    phrases: BTreeMap<Vec<String>, u32>,
}

/// A variant with its priority, before sorting.
type Ranked = (i32, slot::Variant);

impl<'a> Compiler<'a> {
    fn all(&mut self, target: Target) -> Result<(), TooBig> {
        for segment in self.shop.segments.values() {
            let when = self.condition(&segment.when)?;
            self.table.segments.push(when);
        }
        self.ladder();
        let rhythm = &self.shop.rhythm;
        let classes = rhythm.classes.iter().map(|(class, days)| (class.clone(), *days)).collect();
        self.table.rhythm = Rhythm { days: rhythm.days.unwrap_or(0), classes };
        let groups: Vec<&String> = self.shop.offers.values().filter_map(|offer| offer.group.as_ref()).collect();
        for (id, offer) in self.offers() {
            let offer = self.offer(id, offer, &groups)?;
            self.table.offers.push(offer);
        }
        let mut ranks: Vec<(i32, String)> = Vec::new();
        for (name, slot) in &self.shop.slots {
            let variants = self.variants(&slot.variants)?;
            ranks.push((slot.priority, name.clone()));
            self.slot(name, share(slot.holdout.0), variants);
        }
        self.assigned(target)?;
        self.table.slots.sort_by(|a, b| a.name.cmp(&b.name));
        ranks.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        #[allow(clippy::cast_possible_truncation, reason = "slots are few")]
        let order: Vec<u32> = ranks.iter().filter_map(|(_, name)| self.table.slot(name)).map(|at| at as u32).collect();
        self.table.set_order(&order);
        self.table.holdout = share(self.shop.holdout.0);
        self.table.cap = self.shop.cap.as_ref().and_then(cap);
        for because in Because::ALL {
            let phrase = match self.shop.reasons.get(because.code()) {
                Some(phrase) => self.languages(phrase),
                None => self.shop.shop.languages.iter().map(|language| texts::because(because, language)).collect(),
            };
            self.table.because[because as usize] = self.intern(phrase);
        }
        if target == Target::Browser {
            for (name, phrase) in &self.shop.words {
                let word = self.languages(phrase);
                let word = (name.clone(), self.intern(word));
                self.table.words.push(word);
            }
        }
        Ok(())
    }

    fn slot(&mut self, name: &str, holdout: u16, mut variants: Vec<Ranked>) {
        variants.sort_by_key(|(priority, _)| std::cmp::Reverse(*priority));
        let variants: Vec<slot::Variant> = variants.into_iter().map(|(_, variant)| variant).collect();
        let index = super::index::index(&self.table.program, &variants);
        self.table.slots.push(slot::Slot { name: name.to_owned(), holdout, variants, index });
    }

    fn plain(&mut self, choice: &str, when: Option<&Condition>) -> Result<slot::Variant, TooBig> {
        Ok(slot::Variant {
            choice: choice.to_owned(),
            when: when.map(|when| self.condition(when)).transpose()?,
            arm: None,
            cap: None,
            offer: None,
            items: None,
            fields: Vec::new(),
            reason: None,
        })
    }

    fn ladder(&mut self) {
        let minor = minor_of(self.table.currency);
        for group in &self.shop.status.groups {
            let entry = thresholds(&group.entry, minor);
            let keep = group.keep.as_ref().map_or_else(|| entry.clone(), |keep| thresholds(keep, minor));
            self.table.ladder.push(status::Group { id: group.id.clone(), entry, keep, grace: group.grace });
        }
    }

    fn variants(&mut self, variants: &[Variant]) -> Result<Vec<Ranked>, TooBig> {
        let mut compiled = Vec::new();
        let mut arms = arms(variants);
        for (at, variant) in variants.iter().enumerate() {
            let mut one = self.plain(&variant.choice, variant.when.as_ref())?;
            one.arm = arms.remove(&at);
            one.cap = variant.cap.as_ref().and_then(cap);
            one.items = variant.items.as_ref().map(|wanted| items(wanted, minor_of(self.table.currency)));
            one.fields = self.fields(&variant.fields);
            one.reason = variant.reason.as_ref().map(|reason| self.text(reason));
            if variant.offers.is_empty() {
                compiled.push((variant.priority, one));
                continue;
            }
            let mut offers: Vec<(i32, u16)> = variant
                .offers
                .iter()
                .filter_map(|offer| Some((self.shop.offers.get(offer)?.priority, self.offer_ix(offer)?)))
                .collect();
            offers.sort_by_key(|(priority, _)| std::cmp::Reverse(*priority));
            for (_, offer) in offers {
                compiled.push((variant.priority, slot::Variant { offer: Some(offer), ..one.clone() }));
            }
        }
        Ok(compiled)
    }

    fn offer_ix(&self, id: &str) -> Option<u16> {
        self.offers().position(|(known, _)| known == id).and_then(|at| u16::try_from(at).ok())
    }

    /// The offers of the table: a secret one is in no table that anybody can read.
    fn offers(&self) -> impl Iterator<Item = (&'a String, &'a Offer)> + use<'a> {
        let (offers, all) = (&self.shop.offers, self.target == Target::Hub);
        offers.iter().filter(move |(_, offer)| all || !offer.secret)
    }

    fn offer(&mut self, id: &str, offer: &Offer, groups: &[&String]) -> Result<offer::Offer, TooBig> {
        let minor = minor_of(self.table.currency);
        let mut fields = self.fields(&offer.fields);
        if let Some(code) = offer.code.as_ref().filter(|code| code.public) {
            fields.push(("code".into(), self.phrase(&Phrase::One(code.value.clone()))));
        }
        if let Some(price) = &offer.price {
            let amounts = [("price", Some(price.amount)), ("before", price.before), ("lowest30", price.lowest30)];
            for (name, amount) in amounts {
                if let Some(amount) = amount {
                    fields.push((name.into(), slot::Field::Number((amount * minor).round())));
                }
            }
            if let Some(notice) = &price.notice {
                fields.push(("notice".into(), self.phrase(notice)));
            }
        }
        let local = offer.clock == Clock::Shopper;
        let at = |text: &Option<String>| text.as_deref().and_then(moment).map(|at| offer::Moment { at: at.0, local });
        let group = offer.group.as_ref().and_then(|group| groups.iter().position(|known| *known == group));
        Ok(offer::Offer {
            id: id.to_owned(),
            when: offer.when.as_ref().map(|when| self.condition(when)).transpose()?,
            from: at(&offer.from),
            until: at(&offer.until),
            cap: offer.cap.as_ref().and_then(cap),
            quiet: offer.quiet.as_ref().and_then(quiet),
            group: group.and_then(|group| u16::try_from(group).ok()),
            fields,
            reason: offer.reason.as_ref().map(|reason| self.text(reason)),
        })
    }

    fn condition(&mut self, condition: &Condition) -> Result<ConditionIx, TooBig> {
        self.table.program.add(&to_value(&serde_json::Value::Object(condition.0.clone())))
    }

    #[allow(clippy::cast_possible_truncation, reason = "names are few")]
    fn name(&mut self, name: &str) -> u32 {
        self.table.program.name(name) as u32
    }

    fn fields(&mut self, fields: &Named<Field>) -> Vec<(String, slot::Field)> {
        let mut compiled = Vec::new();
        let minor = minor_of(self.table.currency);
        for (name, field) in fields {
            let field = match field {
                Field::Phrase(phrase) => self.phrase(phrase),
                Field::Text(shared) => match self.shop.texts.get(&shared.text) {
                    Some(phrase) => self.phrase(phrase),
                    None => continue,
                },
                Field::Attribute(from) if from.optional => slot::Field::Optional(self.name(&from.attribute)),
                Field::Attribute(from) => slot::Field::Attribute(self.name(&from.attribute)),
                Field::Money(amount) => slot::Field::Number((amount.money * minor).round()),
                Field::Number(plain) => slot::Field::Number(plain.number),
            };
            compiled.push((name.clone(), field));
        }
        compiled
    }

    fn phrase(&mut self, phrase: &Phrase) -> slot::Field {
        slot::Field::Text(self.text(phrase))
    }

    /// A text with the attributes that its placeholders name.
    fn text(&mut self, phrase: &Phrase) -> Text {
        let texts = self.languages(phrase);
        let mut names: Vec<String> = texts.iter().flat_map(|text| placeholders(text)).map(str::to_owned).collect();
        names.sort();
        names.dedup();
        names.retain(|name| self.scope.knows(name));
        let args = names.into_iter().map(|name| (name.clone(), self.name(&name))).collect();
        Text { phrase: self.intern(texts), args }
    }

    /// A text in each of the shop's languages; empty where it is missing.
    fn languages(&self, phrase: &Phrase) -> Vec<String> {
        let languages = &self.shop.shop.languages;
        match phrase {
            Phrase::One(text) => {
                // The default language stands in for the others.
                languages.iter().enumerate().map(|(at, _)| if at == 0 { text.clone() } else { String::new() }).collect()
            }
            Phrase::Many(texts) => {
                languages.iter().map(|language| texts.get(language).cloned().unwrap_or_default()).collect()
            }
        }
    }

    #[allow(clippy::cast_possible_truncation, reason = "texts are few")]
    fn intern(&mut self, texts: Vec<String>) -> u32 {
        let table = &mut self.table;
        *self.phrases.entry(texts).or_insert_with_key(|texts| {
            table.phrases.push(texts.clone());
            (table.phrases.len() - 1) as u32
        })
    }

    /// Says for each name of the program where its value comes from.
    fn attributes(&mut self) {
        let mut at = 0;
        while let Some(name) = self.table.program.names().get(at).cloned() {
            let attribute = self.attribute(&name);
            self.table.attributes.push(attribute);
            at += 1;
        }
    }

    fn attribute(&mut self, name: &str) -> attribute::Attribute {
        let shop = self.shop;
        if let Some(declared) = shop.attributes.get(name) {
            let kind = kind(declared.kind);
            let source = match declared.source {
                AttributeSource::Record => Source::Trait(kind),
                AttributeSource::Page => Source::Told(kind),
            };
            return attribute::Attribute { source, purpose: purpose_bits(declared.purpose) };
        }
        if let Some(segment) = name.strip_prefix("segment.")
            && let Some(at) = shop.segments.keys().position(|known| known == segment)
        {
            return attribute::Attribute { source: Source::Segment(u16::try_from(at).unwrap_or(u16::MAX)), purpose: 0 };
        }
        if let Some((base, what)) = name.rsplit_once('.')
            && let Some(declared) = shop.attributes.get(base).filter(|declared| declared.kind == AttributeType::Date)
            && let Some(what) = Annual::of(what)
        {
            let source = Source::Annual(DateOf::Attribute(self.name(base)), what);
            return attribute::Attribute { source, purpose: purpose_bits(declared.purpose) };
        }
        let source = Source::of(name).unwrap_or(Source::Unknown);
        let purpose = source.purpose();
        attribute::Attribute { source, purpose }
    }
}

const fn kind(kind: AttributeType) -> attribute::Kind {
    match kind {
        AttributeType::Text => attribute::Kind::Text,
        AttributeType::Number => attribute::Kind::Number,
        AttributeType::Boolean => attribute::Kind::Boolean,
        AttributeType::Date => attribute::Kind::Date,
        AttributeType::List => attribute::Kind::List,
    }
}

const fn purpose_bits(purpose: Purpose) -> u8 {
    match purpose {
        Purpose::None => 0,
        Purpose::Cart => purpose::CART,
        Purpose::Personalization => purpose::PERSONALIZATION,
        Purpose::Analytics => purpose::ANALYTICS,
    }
}

/// Minor units in a unit of the currency.
pub(super) fn minor_of(currency: Currency) -> f64 {
    f64::from(10u32.pow(currency.exponent()))
}

#[allow(clippy::cast_possible_truncation, reason = "amounts of money")]
fn thresholds(wanted: &Thresholds, minor: f64) -> Vec<Threshold> {
    let days = wanted.days.unwrap_or(0);
    let spent = wanted.spent.map(|spent| (status::Measure::Spent, (spent * minor).round() as i64));
    let orders = wanted.orders.map(|orders| (status::Measure::Orders, i64::from(orders)));
    spent.into_iter().chain(orders).map(|(measure, least)| Threshold { measure, days, least }).collect()
}

/// A share of shoppers in ten-thousandths.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped")]
fn share(share: f64) -> u16 {
    (share.clamp(0.0, 1.0) * f64::from(WHOLE)).round() as u16
}

/// The part of the ten-thousandths that each variant of an experiment gets, by weight.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 10,000")]
fn arms(variants: &[Variant]) -> BTreeMap<usize, Arm> {
    let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
    let weight = |variant: &Variant| variant.weight.unwrap_or(1.0).max(0.0);
    for variant in variants {
        if let Some(experiment) = &variant.experiment {
            *sums.entry(experiment).or_default() += weight(variant);
        }
    }
    let mut before: BTreeMap<&str, f64> = BTreeMap::new();
    let mut arms = BTreeMap::new();
    for (at, variant) in variants.iter().enumerate() {
        let Some(experiment) = &variant.experiment else { continue };
        let sum = sums.get(experiment.as_str()).copied().filter(|sum| *sum > 0.0).unwrap_or(1.0);
        let start = before.entry(experiment).or_default();
        let place = |part: f64| (part / sum * f64::from(WHOLE)).round() as u16;
        let from = place(*start);
        *start += weight(variant);
        arms.insert(at, Arm { experiment: experiment.clone(), from, to: place(*start) });
    }
    arms
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped, or amounts of money")]
fn items(wanted: &Items, minor: f64) -> slot::Items {
    let kind = match wanted.kind {
        ItemsKind::Next => recommend::Kind::Next,
        ItemsKind::With => recommend::Kind::With,
        ItemsKind::Again => recommend::Kind::Again,
        ItemsKind::Like => recommend::Kind::Like,
        ItemsKind::ForYou => recommend::Kind::ForYou,
        ItemsKind::Seen => recommend::Kind::Seen,
    };
    let mut rules = Vec::new();
    for rule in &wanted.rules {
        let on = match (&rule.item, &rule.category, rule.price) {
            (Some(item), ..) => slot::Scope::Item(item.clone()),
            (_, Some(category), _) => slot::Scope::Category(category.clone()),
            (_, _, Some([from, to])) => slot::Scope::Price((from * minor).round() as i64, (to * minor).round() as i64),
            _ => continue,
        };
        let then = match (rule.hide, rule.only, rule.percent) {
            (true, ..) => recommend::Effect::Hide,
            (_, true, _) => recommend::Effect::Only,
            (.., Some(percent)) => recommend::Effect::Percent(percent),
            _ => continue,
        };
        rules.push(slot::Rule { on, then });
    }
    slot::Items {
        kind,
        limit: wanted.limit,
        least: wanted.least,
        threshold: (wanted.threshold.0.clamp(0.0, 1.0) * f64::from(u16::MAX)).round() as u16,
        diversity: (wanted.diversity.0.clamp(0.0, 1.0) * 100.0).round() as u8,
        reminders: wanted.reminders,
        fill: wanted.fill,
        pins: wanted.pins.clone(),
        rules,
    }
}

/// `None` for what the schema refuses.
fn cap(cap: &Cap) -> Option<offer::Cap> {
    let every = match cap.every.as_str() {
        "visit" => offer::Every::Visit,
        "order" => offer::Every::Order,
        "occasion" => offer::Every::Occasion,
        "ever" => offer::Every::Ever,
        days => offer::Every::Days(days.strip_suffix('d')?.parse().ok()?),
    };
    Some(offer::Cap { times: cap.times, every })
}

pub(super) fn quiet(quiet: &Quiet) -> Option<offer::Quiet> {
    let minutes = |text: &str| {
        let (hours, minutes) = text.split_once(':')?;
        Some(hours.parse::<u16>().ok()? * 60 + minutes.parse::<u16>().ok()?)
    };
    Some(offer::Quiet { from: minutes(&quiet.from)?, to: minutes(&quiet.to)? })
}

/// Reads `2026-03-01`, `2026-03-01T09:00`, `2026-03-01T09:00:30`, with or without `Z`, as UTC.
#[must_use]
pub fn moment(text: &str) -> Option<Instant> {
    let (day, time) = match text.trim_end_matches('Z').split_once(['T', ' ']) {
        Some((day, time)) => (day, time),
        None => (text, "00:00"),
    };
    let digits = |text: &str, length: usize| {
        (text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse::<i64>().ok())
            .flatten()
    };
    let mut parts = day.split('-');
    let (y, m, d) = (digits(parts.next()?, 4)?, digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let there = Day::from_civil(y, m, d);
    if parts.next().is_some() || there.civil() != (y, m, d) || !(1..=12).contains(&m) {
        return None;
    }
    let mut parts = time.split(':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |second| digits(second, 2))?;
    if parts.next().is_some() || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(there.midnight_utc() + Span((hour * 3_600 + minute * 60 + second) * 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read_or_refused() {
        let noon = Day::from_civil(2026, 3, 1).midnight_utc() + Span::HOUR * 12;
        for text in ["2026-03-01T12:00", "2026-03-01T12:00:00Z", "2026-03-01 12:00"] {
            assert_eq!(moment(text), Some(noon), "{text}");
        }
        for bad in
            ["2026-02-30", "2026-3-1", "2026-03-01T24:00", "+24h", "in 2 days", "", "2026-03-01T12", "2026-13-01"]
        {
            assert_eq!(moment(bad), None, "{bad}");
        }
    }
}
