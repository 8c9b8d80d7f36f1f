//! Reach: rules that nobody can ever see, and rules that get in each other's way.

use super::super::json::Node;
use super::super::model::{Offer, Variant};
use super::super::names::placeholders;
use super::Checker;
use super::constraints::Demands;
use super::references::segments_in;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// A thing that is tried in order, and what it takes to be the one.
struct Tried<'a> {
    name: String,
    at: usize,
    demands: Demands,
    /// Whether, once its condition holds, nothing else can keep it from being taken.
    sure: bool,
    when: Option<&'a Node>,
}

impl<'a> Checker<'a, '_, '_> {
    pub(super) fn reach(&mut self) {
        let shop = self.shop;
        for (name, slot) in &shop.slots {
            let nodes = self.items(&["slots", name, "variants"]);
            let mut order: Vec<(usize, &Variant)> = slot.variants.iter().enumerate().collect();
            order.sort_by_key(|(_, variant)| Reverse(variant.priority));
            let mut tried: Vec<Tried<'a>> = Vec::new();
            for (at, variant) in order {
                let node = nodes.get(at).unwrap_or(self.root);
                let when = node.get("when");
                self.dead(&tried, when, node.at, &format!("choice {:?} of slot {name:?}", variant.choice));
                let plain = variant.experiment.is_none()
                    && variant.cap.is_none()
                    && variant.items.is_none()
                    && variant.offers.is_empty();
                let sure = plain && !needs_values(node.get("fields"));
                tried.push(Tried {
                    name: format!("choice {:?}", variant.choice),
                    at: node.at,
                    demands: Demands::of(when),
                    sure,
                    when,
                });
                self.offers_in_order(variant);
            }
        }
        self.unused();
    }

    /// Reports a thing that something before it always takes the place of.
    fn dead(&mut self, before: &[Tried<'_>], when: Option<&Node>, at: usize, what: &str) {
        let mine = Demands::of(when);
        // A contradiction is reported as what it is.
        if mine.impossible().is_some() {
            return;
        }
        for earlier in before.iter().filter(|earlier| earlier.sure) {
            let same = earlier.when.map(Node::to_value) == when.map(Node::to_value);
            if same || mine.implies(&earlier.demands) {
                let (line, _) = self.findings.place(earlier.at);
                self.findings.warning(
                    at,
                    "unreachable",
                    format!(
                        "{what} is never seen: {} in line {line} comes first for everybody it is for",
                        earlier.name
                    ),
                    "give it a higher \"priority\", or narrow the other one",
                );
                return;
            }
        }
    }

    fn offers_in_order(&mut self, variant: &Variant) {
        let mut offers: Vec<(&String, &Offer)> =
            variant.offers.iter().filter_map(|id| self.shop.offers.get_key_value(id)).collect();
        offers.sort_by_key(|(_, offer)| Reverse(offer.priority));
        let mut tried: Vec<Tried<'a>> = Vec::new();
        for (id, offer) in offers {
            let node = self.node(&["offers", id]);
            let when = node.get("when");
            self.dead(&tried, when, node.at, &format!("offer {id:?}"));
            let demands = Demands::of(when);
            for earlier in &tried {
                let other = self.shop.offers.iter().find(|(other, _)| format!("offer {other:?}") == earlier.name);
                let same_rank = other.is_some_and(|(_, other)| {
                    other.priority == offer.priority && other.group.is_some() && other.group == offer.group
                });
                if same_rank && !demands.excludes(&earlier.demands) {
                    self.findings.warning(
                        node.at,
                        "conflict",
                        format!(
                            "offer {id:?} and {} have the same priority, and some shoppers may have both",
                            earlier.name
                        ),
                        "give one of them a higher \"priority\"",
                    );
                }
            }
            let sure = offer.cap.is_none()
                && offer.quiet.is_none()
                && offer.from.is_none()
                && offer.until.is_none()
                && !needs_values(node.get("fields"));
            tried.push(Tried { name: format!("offer {id:?}"), at: node.at, demands, sure, when });
        }
    }

    fn unused(&mut self) {
        let shop = self.shop;
        let variants = shop.slots.values().flat_map(|slot| &slot.variants);
        let mut offers: BTreeSet<&String> = variants.flat_map(|variant| &variant.offers).collect();
        offers.extend(shop.triggers.values().filter_map(|trigger| trigger.offer.as_ref()));
        for member in self.members(&["offers"]) {
            if !offers.contains(&member.key) && shop.offers.contains_key(&member.key) {
                let message = format!("offer {:?} is in no slot and no trigger", member.key);
                self.findings.warning(
                    member.key_at,
                    "unreachable-offer",
                    message,
                    "add it to \"offers\" of a slot, or remove it",
                );
            }
        }
        let mut segments = Vec::new();
        for (_, when) in self.all_conditions() {
            segments_in(when, &mut segments);
        }
        for member in self.members(&["segments"]) {
            if !segments.contains(&member.key) && !self.said_in_text(&member.key) {
                let message = format!("nothing asks for segment {:?}", member.key);
                self.findings.warning(
                    member.key_at,
                    "unused-segment",
                    message,
                    "use it as \"segment.NAME\", or remove it",
                );
            }
        }
    }

    /// Whether a field takes it.
    fn said_in_text(&self, segment: &str) -> bool {
        let name = format!("segment.{segment}");
        let takes = |node: &Node| node.get("attribute").and_then(Node::text) == Some(&name);
        any(self.root, &takes)
    }
}

fn any(node: &Node, takes: &dyn Fn(&Node) -> bool) -> bool {
    takes(node)
        || node.members().iter().any(|member| any(&member.value, takes))
        || node.items().iter().any(|item| any(item, takes))
}

/// Whether fields take values that may be missing, so that the thing may not apply after all.
fn needs_values(fields: Option<&Node>) -> bool {
    fields.is_some_and(|fields| {
        any(fields, &|node| {
            node.get("attribute").is_some() || node.text().is_some_and(|text| placeholders(text).next().is_some())
        })
    })
}
