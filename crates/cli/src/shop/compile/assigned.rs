//! Sections of the shop file that become slots of a fixed form.

use super::{Compiler, Ranked, Target, cap, moment};
use crate::shop::model::{Access, Channel, Condition, Contact, Layout, Phrase, Where};
use std::collections::BTreeMap;
use wellmet_engine::condition::TooBig;
use wellmet_engine::offer;
use wellmet_engine::slot::{self, Arm};
use wellmet_engine::table::Text;

impl Compiler<'_> {
    /// All of them. What only the hub uses is not in the table that everybody can read.
    pub(super) fn assigned(&mut self, target: Target) -> Result<(), TooBig> {
        self.contacts()?;
        self.guarantees()?;
        self.playlists()?;
        self.payments()?;
        self.surveys()?;
        self.services(target)?;
        self.accesses()?;
        self.triggers(target)?;
        if target == Target::Hub {
            self.layouts()?;
            self.offers_of_hub()?;
        }
        self.status_slot()
    }

    /// A slot of the shop's own with that name wins.
    fn section(&mut self, name: &str, holdout: u16, variants: Vec<Ranked>) {
        if !variants.is_empty() && !self.shop.slots.contains_key(name) {
            self.slot(name, holdout, variants);
        }
    }

    /// What a shopper is entitled to, or needs to find her way: no measure, so nobody is held out of it.
    fn entitled(&mut self, name: &str, variants: Vec<Ranked>) {
        self.section(name, slot::NOBODY, variants);
    }

    fn contacts(&mut self) -> Result<(), TooBig> {
        let contacts = &self.shop.contacts;
        let mut arms = pools(contacts.values());
        let mut variants = Vec::new();
        for (at, contact) in contacts.values().enumerate() {
            let mut variant = self.plain("contact", contact.when.as_ref())?;
            variant.arm = arms.remove(&at);
            let texts = [
                ("photo", &contact.photo),
                ("phone", &contact.phone),
                ("mail", &contact.mail),
                ("chat", &contact.chat),
            ];
            let texts = texts.into_iter().filter_map(|(name, text)| text.clone().map(|text| (name, Phrase::One(text))));
            let phrases = [("hours", &contact.hours), ("role", &contact.role)];
            let phrases = phrases.into_iter().filter_map(|(name, text)| text.clone().map(|text| (name, text)));
            for (name, text) in texts.chain(phrases).chain([("name", Phrase::One(contact.name.clone()))]) {
                variant.fields.push((name.into(), self.phrase(&text)));
            }
            variants.push((contact.priority, variant));
        }
        self.entitled("contact", variants);
        Ok(())
    }

    fn guarantees(&mut self) -> Result<(), TooBig> {
        let mut variants = Vec::new();
        for guarantee in self.shop.guarantees.values() {
            let mut variant = self.plain("guarantee", guarantee.when.as_ref())?;
            variant.fields.push(("days".into(), slot::Field::Number(f64::from(guarantee.days))));
            variant.fields.push(("text".into(), self.phrase(&guarantee.text)));
            self.address("link", guarantee.link.as_ref(), &mut variant);
            variants.push((guarantee.priority, variant));
        }
        self.entitled("guarantee", variants);
        Ok(())
    }

    fn playlists(&mut self) -> Result<(), TooBig> {
        let mut variants = Vec::new();
        for playlist in self.shop.playlists.values() {
            let mut variant = self.plain("music", playlist.when.as_ref())?;
            variant.fields.push(("label".into(), self.phrase(&playlist.label)));
            let lines = |part: fn(&crate::shop::model::Track) -> &str| -> Phrase {
                Phrase::One(playlist.tracks.iter().map(part).collect::<Vec<_>>().join("\n"))
            };
            variant.fields.push(("tracks".into(), self.phrase(&lines(|track| track.address()))));
            variant.fields.push(("titles".into(), self.phrase(&lines(|track| track.title()))));
            variants.push((playlist.priority, variant));
        }
        self.section("music", 0, variants);
        Ok(())
    }

    fn payments(&mut self) -> Result<(), TooBig> {
        for (name, payment) in &self.shop.payments {
            let mut variant = self.plain("payment", payment.when.as_ref())?;
            variant.fields.push(("label".into(), self.phrase(&payment.label)));
            variant.fields.push(("priority".into(), slot::Field::Number(f64::from(payment.priority))));
            self.address("icon", payment.icon.as_ref(), &mut variant);
            let mut locked = variant.clone();
            variant.reason = payment.reason.as_ref().map(|reason| self.text(reason));
            let mut variants = vec![(0, variant)];
            if let Some(reason) = &payment.locked {
                locked.choice = "locked".into();
                locked.when = None;
                locked.reason = Some(self.text(reason));
                variants.push((-1, locked));
            }
            self.entitled(&format!("payment:{name}"), variants);
        }
        Ok(())
    }

    fn surveys(&mut self) -> Result<(), TooBig> {
        for (name, survey) in &self.shop.surveys {
            let mut variant = self.plain("survey", survey.when.as_ref())?;
            variant.cap = cap(&survey.cap);
            variant.fields.push(("question".into(), self.phrase(&survey.question)));
            variant.fields.push(("answer".into(), self.phrase(&Phrase::One(survey.answer.code().into()))));
            if !survey.choices.is_empty() {
                let choices = self.joined(&survey.choices);
                variant.fields.push(("choices".into(), choices));
            }
            for (name, text) in [("comment", &survey.comment), ("thanks", &survey.thanks)] {
                if let Some(text) = text {
                    variant.fields.push((name.into(), self.phrase(text)));
                }
            }
            self.section(&format!("survey:{name}"), 0, vec![(0, variant)]);
        }
        Ok(())
    }

    fn services(&mut self, target: Target) -> Result<(), TooBig> {
        for (name, service) in &self.shop.services {
            if target == Target::Browser && service.label.is_none() {
                continue;
            }
            let mut variants = Vec::new();
            for level in &service.levels {
                let mut variant = self.plain(&level.value, level.when.as_ref())?;
                for (name, text) in [("label", &service.label), ("level", &level.label)] {
                    if let Some(text) = text {
                        variant.fields.push((name.into(), self.phrase(text)));
                    }
                }
                variants.push((0, variant));
            }
            self.entitled(&format!("service:{name}"), variants);
        }
        Ok(())
    }

    /// `early` for the entitled, `open` for everybody once it is, `later` with the moment for all others.
    fn accesses(&mut self) -> Result<(), TooBig> {
        for (name, access) in &self.shop.access {
            let mut variants = Vec::new();
            for (choice, when, from, until) in
                [("open", None, &access.opens, None), ("early", Some(&access.when), &access.from, Some(&access.opens))]
            {
                let offer = self.time_of_access(name, when, from, until)?;
                let mut variant = self.plain(choice, None)?;
                variant.offer = Some(offer);
                variant.fields = self.of_access(access);
                variants.push((0, variant));
            }
            let mut later = self.plain("later", None)?;
            later.fields = self.of_access(access);
            variants.push((0, later));
            self.entitled(&format!("access:{name}"), variants);
        }
        Ok(())
    }

    #[allow(clippy::cast_precision_loss, reason = "moments are below 2^53")]
    fn of_access(&mut self, access: &Access) -> Vec<(String, slot::Field)> {
        let mut fields = self.fields(&access.fields);
        fields.push(("items".into(), self.phrase(&Phrase::One(access.items.join("\n")))));
        if let Some(opens) = moment(&access.opens) {
            fields.push(("opens".into(), slot::Field::Number(opens.0 as f64)));
        }
        fields
    }

    /// The time in which something is open is that of an offer without a cap.
    fn time_of_access(
        &mut self,
        name: &str,
        when: Option<&Condition>,
        from: &str,
        until: Option<&String>,
    ) -> Result<u16, TooBig> {
        let at = |text: &str| moment(text).map(|at| offer::Moment { at: at.0, local: false });
        let when = when.map(|when| self.condition(when)).transpose()?;
        let (from, until) = (at(from), until.and_then(|until| at(until)));
        let place = u16::try_from(self.table.offers.len()).map_err(|_| TooBig)?;
        self.table.offers.push(offer::Offer {
            id: format!("access:{name}"),
            when,
            from,
            until,
            cap: None,
            quiet: None,
            group: None,
            fields: Vec::new(),
            reason: None,
        });
        Ok(place)
    }

    fn triggers(&mut self, target: Target) -> Result<(), TooBig> {
        for (name, trigger) in &self.shop.triggers {
            if target == Target::Browser && trigger.on == Where::Hub {
                continue;
            }
            let mut variant = self.plain("due", Some(&trigger.when))?;
            variant.cap = cap(&trigger.cap);
            variant.fields = self.fields(&trigger.fields);
            variant.offer = trigger.offer.as_ref().and_then(|offer| self.offer_ix(offer));
            self.section(&format!("trigger:{name}"), 0, vec![(0, variant)]);
        }
        Ok(())
    }

    /// `layout:TRIGGER:CHANNEL`; the choice is the layout's name.
    fn layouts(&mut self) -> Result<(), TooBig> {
        let shop = self.shop;
        for (trigger, wanted) in &shop.triggers {
            for channel in &wanted.channels {
                let mut variants = Vec::new();
                let fits = |layout: &Layout| {
                    layout.channel == *channel && (layout.triggers.is_empty() || layout.triggers.contains(trigger))
                };
                for (name, layout) in shop.layouts.iter().filter(|(_, layout)| fits(layout)) {
                    let mut variant = self.plain(name, layout.when.as_ref())?;
                    variant.fields = self.fields(&layout.fields);
                    variant.fields.push(("file".into(), self.phrase(&Phrase::One(layout.file.clone()))));
                    variants.push((layout.priority, variant));
                }
                self.entitled(&format!("layout:{trigger}:{}", spoken(*channel)), variants);
            }
        }
        Ok(())
    }

    /// `offer:NAME`, for each: what the hub tells the checkout. Caps and quiet hours are of what is shown, so
    /// they are not asked here.
    fn offers_of_hub(&mut self) -> Result<(), TooBig> {
        let names: Vec<String> = self.offers().map(|(name, _)| name.clone()).collect();
        for name in names {
            let Some(at) = self.offer_ix(&name) else { continue };
            let mut offer = self.table.offers[usize::from(at)].clone();
            (offer.cap, offer.quiet, offer.group) = (None, None, None);
            let mut variant = self.plain("offer", None)?;
            variant.offer = Some(u16::try_from(self.table.offers.len()).map_err(|_| TooBig)?);
            self.table.offers.push(offer);
            self.entitled(&format!("offer:{name}"), vec![(0, variant)]);
        }
        Ok(())
    }

    /// The slot `status`: her group, what it brings, what is missing to the next, when it ends.
    fn status_slot(&mut self) -> Result<(), TooBig> {
        let groups = &self.shop.status.groups;
        let mut variants = Vec::new();
        for (at, group) in groups.iter().enumerate() {
            let is = serde_json::Map::from_iter([("status".to_owned(), group.id.clone().into())]);
            let mut variant = self.plain(&group.id, Some(&Condition(is)))?;
            variant.fields.push(("label".into(), self.phrase(&group.label)));
            let benefits = self.joined(&group.benefits);
            variant.fields.push(("benefits".into(), benefits));
            if let Some(next) = groups.get(at + 1) {
                variant.fields.push(("next".into(), self.phrase(&next.label)));
            }
            for (field, attribute) in [
                ("missing_orders", "status.missing_orders"),
                ("missing_spent", "status.missing_spent"),
                ("ends_in", "status.ends_in"),
                ("change", "status.change"),
            ] {
                variant.fields.push((field.into(), slot::Field::Optional(self.name(attribute))));
            }
            variants.push((0, variant));
        }
        self.entitled("status", variants);
        Ok(())
    }

    /// Several texts as the lines of one.
    fn joined(&mut self, phrases: &[Phrase]) -> slot::Field {
        let texts: Vec<Vec<String>> = phrases.iter().map(|phrase| self.languages(phrase)).collect();
        let default = |texts: &Vec<String>, language: usize| match &texts[language] {
            text if text.is_empty() => texts[0].clone(),
            text => text.clone(),
        };
        let lines = (0..self.shop.shop.languages.len())
            .map(|language| texts.iter().map(|texts| default(texts, language)).collect::<Vec<_>>().join("\n"));
        let phrase = self.intern(lines.collect());
        slot::Field::Text(Text { phrase, args: Vec::new() })
    }

    fn address(&mut self, name: &str, address: Option<&String>, variant: &mut slot::Variant) {
        if let Some(address) = address {
            variant.fields.push((name.into(), self.phrase(&Phrase::One(address.clone()))));
        }
    }
}

/// The name of a channel in the shop file.
const fn spoken(channel: Channel) -> &'static str {
    match channel {
        Channel::Window => "window",
        Channel::Mail => "mail",
        Channel::Letter => "letter",
        Channel::Push => "push",
    }
}

/// The share of the shoppers that each contact of a pool looks after, by position.
fn pools<'c>(contacts: impl Iterator<Item = &'c Contact>) -> BTreeMap<usize, Arm> {
    let mut pools: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, contact) in contacts.enumerate() {
        if let Some(pool) = &contact.pool {
            pools.entry(pool).or_default().push(at);
        }
    }
    let mut arms = BTreeMap::new();
    for (pool, members) in pools {
        let place = |part: usize| u16::try_from(part * usize::from(super::WHOLE) / members.len()).unwrap_or(u16::MAX);
        for (nth, at) in members.iter().enumerate() {
            arms.insert(*at, Arm { experiment: format!("contact:{pool}"), from: place(nth), to: place(nth + 1) });
        }
    }
    arms
}
