//! Contacts, payment methods, surveys, layouts, services, early access: what their fields must be.

use super::super::compile::moment;
use super::super::diagnostic::nearest;
use super::super::json::Node;
use super::super::model::Answer;
use super::Checker;
use std::collections::BTreeMap;

/// Keys whose text is an address.
const ADDRESSES: [&str; 6] = ["photo", "icon", "chat", "link", "file", "address"];

impl<'a> Checker<'a, '_, '_> {
    pub(super) fn assigned(&mut self) {
        self.addresses();
        self.contacts();
        self.surveys();
        self.services();
        self.layouts();
        self.accesses();
        self.vouchers();
    }

    /// What a page follows or loads must be an address that it may.
    fn addresses(&mut self) {
        for section in ["contacts", "payments", "guarantees", "playlists", "layouts"] {
            for member in self.members(&[section]) {
                for field in member.value.members().iter().filter(|field| ADDRESSES.contains(&field.key.as_str())) {
                    self.address(&field.value);
                }
                for track in member.value.get("tracks").map(Node::items).unwrap_or_default() {
                    self.address(track.get("address").unwrap_or(track));
                }
            }
        }
    }

    fn address(&mut self, node: &'a Node) {
        let Some(text) = node.text() else { return };
        // A colon before the first slash is a scheme.
        let scheme = text.split(['/', '?', '#']).next().and_then(|first| first.split_once(':'));
        let safe = scheme.is_none_or(|(scheme, _)| matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https"));
        if text.trim().is_empty() || !safe || text.chars().any(char::is_control) {
            self.findings.error(
                node.at,
                "unsafe-address",
                format!("{text:?} is no address that a page may use"),
                "write an https address, or one on the shop's own site such as /photos/eva.jpg",
            );
        }
    }

    fn contacts(&mut self) {
        let contacts = &self.shop.contacts;
        if !contacts.is_empty() && contacts.values().all(|contact| contact.when.is_some()) {
            let at = self.node(&["contacts"]).at;
            let message = "some shoppers have no contact person";
            self.findings.warning(at, "no-fallback", message, "leave \"when\" out of one of them");
        }
        let mut pools: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, contact) in contacts {
            if let Some(pool) = &contact.pool {
                pools.entry(pool).or_default().push(name);
            }
            let reachable = [&contact.phone, &contact.mail, &contact.chat].into_iter().any(Option::is_some);
            if !reachable {
                let at = self.node(&["contacts", name]).at;
                let message = format!("nobody can reach {:?}", contact.name);
                self.findings.warning(at, "unreachable-contact", message, "add \"phone\", \"mail\" or \"chat\"");
            }
            if contact.mail.as_ref().is_some_and(|mail| !is_mail(mail)) {
                let at = self.node(&["contacts", name, "mail"]).at;
                self.findings.error(at, "wrong-form", "this is no e-mail address", "write it like eva@example.com");
            }
        }
        for (pool, members) in pools {
            let first = &contacts[members[0]];
            let at = self.node(&["contacts", members[0]]).at;
            if members.len() < 2 {
                let message = format!("pool {pool:?} has one contact only");
                self.findings.warning(at, "one-arm", message, "add a second one, or leave \"pool\" out");
            }
            if members
                .iter()
                .any(|name| (&contacts[*name].when, contacts[*name].priority) != (&first.when, first.priority))
            {
                let message = format!("the contacts of pool {pool:?} are for different shoppers");
                let fix =
                    "give them the same \"when\" and \"priority\": a shopper whose share is somebody else's has none";
                self.findings.warning(at, "unlike-arms", message, fix);
            }
        }
    }

    fn surveys(&mut self) {
        for (name, survey) in &self.shop.surveys {
            let at = self.node(&["surveys", name]).at;
            if survey.answer == Answer::Choice && survey.choices.len() < 2 {
                let message = format!("survey {name:?} gives nothing to choose from");
                self.findings.error(at, "no-choices", message, "add two or more \"choices\"");
            }
            if survey.answer != Answer::Choice && !survey.choices.is_empty() {
                let at = self.node(&["surveys", name, "choices"]).at;
                let message = format!("survey {name:?} is not answered by a choice");
                self.findings.warning(at, "unused-choices", message, "write \"answer\": \"choice\"");
            }
        }
    }

    fn services(&mut self) {
        for (name, service) in &self.shop.services {
            let shut = service.levels.iter().position(|level| level.when.is_none());
            let last = service.levels.len().saturating_sub(1);
            let path = ["services", name, "levels"];
            match shut {
                Some(at) if at < last => {
                    let at = self.items(&path).get(at).map_or(self.root.at, |node| node.at);
                    let message =
                        format!("everybody has this level of service {name:?}, so that none after it is ever given");
                    self.findings.warning(at, "dead-rule", message, "move it to the end");
                }
                None => {
                    let at = self.node(&path).at;
                    let message = format!("some shoppers have no level of service {name:?}");
                    self.findings.warning(at, "no-fallback", message, "add a level without \"when\" at the end");
                }
                Some(_) => {}
            }
        }
    }

    fn layouts(&mut self) {
        for (name, layout) in &self.shop.layouts {
            self.fields(&["layouts", name, "fields"], &layout.fields);
            for (index, trigger) in layout.triggers.iter().enumerate() {
                let at = self.items(&["layouts", name, "triggers"]).get(index).map_or(self.root.at, |node| node.at);
                let Some(known) = self.shop.triggers.get(trigger) else {
                    let near = nearest(trigger, self.shop.triggers.keys().map(String::as_str));
                    let fix =
                        near.map_or_else(|| "add it to \"triggers\"".into(), |near| format!("did you mean {near:?}?"));
                    self.findings.error(at, "unknown-trigger", format!("there is no trigger {trigger:?}"), fix);
                    continue;
                };
                if !known.channels.contains(&layout.channel) {
                    let message = format!("trigger {trigger:?} does not use the channel of layout {name:?}");
                    self.findings.warning(at, "unused-layout", message, "add the channel to the trigger");
                }
            }
        }
    }

    fn accesses(&mut self) {
        for (name, access) in &self.shop.access {
            self.fields(&["access", name, "fields"], &access.fields);
            let mut times = Vec::new();
            for (key, text) in [("from", &access.from), ("opens", &access.opens)] {
                times.push(moment(text));
                if moment(text).is_none() {
                    let at = self.node(&["access", name, key]).at;
                    let message = format!("{text:?} is no moment");
                    self.findings.error(at, "wrong-form", message, "write it like 2026-03-31T23:59");
                }
            }
            if let [Some(from), Some(opens)] = times[..]
                && from >= opens
            {
                let at = self.node(&["access", name, "from"]).at;
                let message = format!("nobody comes earlier to {name:?}: it is open to everybody by then");
                self.findings.error(at, "never-valid", message, "move \"from\" before \"opens\"");
            }
        }
    }

    fn vouchers(&mut self) {
        for (name, offer) in &self.shop.offers {
            let Some(voucher) = &offer.voucher else { continue };
            let at = self.node(&["offers", name, "voucher"]).at;
            if voucher.amount.is_some() == voucher.percent.is_some() {
                let message = "a voucher takes off an amount or a share";
                self.findings.error(at, "unclear-voucher", message, "give one of \"amount\" and \"percent\"");
            }
            if [voucher.amount, voucher.minimum]
                .into_iter()
                .flatten()
                .any(|amount| !amount.is_finite() || amount <= 0.0)
            {
                self.findings.error(at, "out-of-range", "an amount of a voucher is above 0", "");
            }
            if offer.code.is_some() {
                let message = "an offer has one code for all, or a voucher for each";
                self.findings.error(at, "code-and-voucher", message, "leave \"code\" or \"voucher\" out");
            }
        }
    }
}

/// Something before and something with a dot after one `@`.
fn is_mail(text: &str) -> bool {
    let plain = !text.chars().any(|c| c.is_whitespace() || c.is_control());
    plain
        && text
            .split_once('@')
            .is_some_and(|(name, host)| !name.is_empty() && !host.contains('@') && host.contains('.'))
}
