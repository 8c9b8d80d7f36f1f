//! Alike by attributes and words: the start for items that nobody has looked at yet.
//!
//! Each item is a bag of terms, each weighted by rarity (`ln(1 + N / n)`, n of the N items have the
//! term); likeness is the cosine of two bags.

use super::threads::on_all_processors;
use std::collections::BTreeMap;
use wellmet_engine::shelf::{ItemIx, Neighbour};

/// Terms of one item with the shop's weights. Start from the default and add what is known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Words {
    terms: Vec<(String, f32)>,
}

/// Most terms of one item; further ones are left out.
const MAX_TERMS: usize = 64;
/// A term in more items than this links everything with everything: it counts for the length of a bag,
/// not for likeness.
const COMMON: usize = 5_000;
/// In a large catalogue rarer terms are common already, so that the time grows with the number of items and
/// not with its square: items times this many holders are looked at for each term.
const LOOKED_AT: usize = 500_000_000;

impl Words {
    /// Adds the words of a text: runs of letters and digits, lower case, at least two characters.
    pub fn text(&mut self, text: &str, weight: f32) {
        for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 1) {
            self.push(word.to_lowercase(), weight);
        }
    }

    /// Adds an attribute as one term (`brand`, `Bosch`), whatever is in it; nothing when it is empty.
    pub fn attribute(&mut self, name: &str, value: &str, weight: f32) {
        if !value.is_empty() {
            self.push(format!("{name}={}", value.to_lowercase()), weight);
        }
    }

    /// Adds a category path (`Furniture > Chairs`) as one term for each level.
    pub fn category(&mut self, path: &str, weight: f32) {
        for (end, _) in path.match_indices(" > ").chain([(path.len(), "")]) {
            self.attribute("category", &path[..end], weight);
        }
    }

    fn push(&mut self, term: String, weight: f32) {
        if let Some((_, known)) = self.terms.iter_mut().find(|(known, _)| *known == term) {
            *known = known.max(weight);
        } else if self.terms.len() < MAX_TERMS {
            self.terms.push((term, weight));
        }
    }
}

/// The most alike items of each item, strongest first.
pub(super) fn rows(items: &[Words], neighbours: usize) -> Vec<Vec<Neighbour>> {
    let mut numbers: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    for (term, _) in items.iter().flat_map(|item| &item.terms) {
        numbers.entry(term).or_default().1 += 1;
    }
    for (number, (place, _)) in numbers.values_mut().enumerate() {
        *place = number;
    }
    // Terms of each item by number, with the weight that rarity gives them.
    let bags: Vec<Vec<(usize, f64)>> = items
        .iter()
        .map(|item| {
            let weighed = item.terms.iter().map(|(term, weight)| {
                let (number, holders) = numbers[term.as_str()];
                (number, f64::from(*weight) * (1.0 + items.len() as f64 / holders as f64).ln())
            });
            weighed.collect()
        })
        .collect();
    let lengths: Vec<f64> =
        bags.iter().map(|bag| bag.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt()).collect();
    let many = COMMON.min(LOOKED_AT / items.len().max(1));
    let common: Vec<bool> = numbers.values().map(|(_, holders)| *holders > many).collect();
    let mut holders: Vec<Vec<(u32, f64)>> = vec![Vec::new(); numbers.len()];
    for (item, bag) in bags.iter().enumerate() {
        for (term, weight) in bag.iter().filter(|(term, _)| !common[*term]) {
            holders[*term].push((item as u32, *weight));
        }
    }
    let scratch = || (vec![0.0f64; items.len()], Vec::new(), Vec::new());
    on_all_processors(items.len() as u32, scratch, |a, (sums, touched, alike): &mut (_, _, Vec<Neighbour>)| {
        for (term, weight) in &bags[a as usize] {
            for (b, other) in &holders[*term] {
                if sums[*b as usize] == 0.0 {
                    touched.push(*b);
                }
                sums[*b as usize] += weight * other;
            }
        }
        let length = lengths[a as usize];
        let likeness = |b: u32, sum: f64| {
            let weight = (sum / (length * lengths[b as usize]) * 65_535.0).round().clamp(0.0, 65_535.0) as u16;
            (b != a && weight > 0).then_some(Neighbour { item: ItemIx(b), weight })
        };
        alike.clear();
        alike.extend(touched.drain(..).filter_map(|b| likeness(b, core::mem::take(&mut sums[b as usize]))));
        let order = |n: &Neighbour| (core::cmp::Reverse(n.weight), n.item);
        if alike.len() > neighbours && neighbours > 0 {
            alike.select_nth_unstable_by_key(neighbours - 1, order);
        }
        alike.truncate(neighbours);
        alike.sort_unstable_by_key(order);
        alike.clone()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(title: &str, category: &str) -> Words {
        let mut words = Words::default();
        words.text(title, 1.0);
        words.category(category, 1.0);
        words
    }

    #[test]
    fn rare_shared_words_count_more_than_common_ones() {
        let shop = [
            words("Regency teacup", "Kitchen > Cups"),
            words("Regency cake stand", "Kitchen > Stands"),
            words("Plain mug", "Kitchen > Cups"),
            words("Plain plate", "Kitchen > Plates"),
            words("Spade", "Garden"),
        ];
        let rows = rows(&shop, 2);
        let likes = |item: usize| rows[item].iter().map(|n| n.item.0).collect::<Vec<_>>();
        assert_eq!(likes(0), [2, 1]);
        assert_eq!(likes(3), [2, 0]);
        assert!(likes(4).is_empty());
    }

    /// Every row is kept until the book is written: room for all that was compared would be gigabytes.
    #[test]
    fn a_row_keeps_no_room_for_what_it_left_out() {
        let items = vec![words("Teak chair", "Furniture > Chairs"); 400];
        for row in rows(&items, 5) {
            assert_eq!(row.len(), 5);
            assert!(row.capacity() <= 10, "{}", row.capacity());
        }
    }

    #[test]
    fn the_same_words_are_fully_alike_and_an_item_is_not_its_own_neighbour() {
        let rows = rows(&[words("Red mug", "A"), words("mug, RED", "A"), Words::default()], 9);
        assert_eq!(rows[0], [Neighbour { item: ItemIx(1), weight: 65_535 }]);
        assert_eq!(rows[2], []);
    }
}
