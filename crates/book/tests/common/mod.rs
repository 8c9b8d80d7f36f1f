//! A small book with everything in it.

#![allow(dead_code, reason = "each test file uses a part")]

use wellmet_book::{Builder, Files, Item, ItemKey, Shop, Sizes, section};
use wellmet_engine::money::Currency;
use wellmet_engine::shelf::Relation;
use wellmet_engine::time::Instant;

/// Forty articles in two categories, all three tables, popular items, rules, a model.
pub(crate) fn sample() -> Builder {
    let mut builder = Builder::new(Shop {
        name: "Tee & Träume".into(),
        currency: Currency::new("EUR").expect("a code"),
        locales: vec!["de".into(), "en".into()],
        as_of: Instant(1_700_000_000_000),
    });
    let keys: Vec<ItemKey> = (0..40).map(|n| builder.item(item(n))).collect();
    let key = |n: usize| keys[n % 40];
    for n in 0..40 {
        let with: Vec<_> = (1..=n % 7).map(|step| (key(n + step * step), 60_000 / (step as u16 * 2))).collect();
        builder.neighbours(Relation::With, key(n), &with);
        builder.neighbours(Relation::Next, key(n), &[(key(n + 1), 900)]);
        builder.neighbours(Relation::Like, key(n), &[(key(n + 2), 5_000), (key(n + 4), 5_000)]);
    }
    builder.popular(&[key(3), key(1), key(39)]);
    builder.rules(b"the engine's rules".to_vec());
    builder.model("box", b"a model".to_vec());
    builder.section(section::FREE, b"carried".to_vec()).expect("a free tag");
    builder.sizes(Sizes { cards_per: 8, rows_per: 16, ids_per: 16, popular_cards: 2 });
    builder
}

/// The `n`th article of [`sample`].
pub(crate) fn item(n: usize) -> Item {
    Item {
        id: format!("A-{n:03}"),
        title: format!("Tasse »{n}«"),
        link: format!("/p/A-{n:03}"),
        image: if n.is_multiple_of(3) { String::new() } else { "/img/cups.svg".into() },
        category: if n.is_multiple_of(2) { "Küche > Tassen".into() } else { "Küche > Kannen".into() },
        price_minor: 495 + n as i64,
        in_stock: n != 5,
        durable: !n.is_multiple_of(2),
    }
}

/// The book of [`sample`].
pub(crate) fn files() -> Files {
    sample().finish().expect("a sound sample")
}
