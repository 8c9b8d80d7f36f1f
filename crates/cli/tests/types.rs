//! `wellmet types`: the shop's own names as TypeScript literals.

#![allow(clippy::unwrap_used)]

mod common;

use common::shop;
use serde_json::json;
use wellmet_cli::shop::types::declarations;

#[test]
fn the_shops_own_names_become_literals() {
    let shop = shop(json!({
        "attributes": {
            "weather": { "type": "text", "source": "page", "values": ["rain", "sun"] },
            "seats": { "type": "number", "source": "page" },
            "city": { "type": "text", "source": "record" }
        },
        "segments": { "away": { "when": { "city": "Graz" } } },
        "offers": {
            "ten": { "announced": "public", "until": "2026-03-01", "fields": { "title": "Ten", "worth": { "money": 10 } } },
            "five": { "announced": "public", "when": { "segment.away": true }, "fields": { "title": "Five" } }
        },
        "slots": { "a \"b\"": { "variants": [
            { "choice": "offer", "offers": ["ten", "five"] },
            { "choice": "name", "fields": { "name": { "attribute": "name" }, "seats": { "attribute": "seats", "optional": true } } }
        ] } }
    }));
    let text = declarations(&shop, "wellmet.json").unwrap();
    assert_eq!(
        text,
        r#"// Written by `wellmet types wellmet.json`: run it again when the shop file has changed.

export {};

declare global {
  interface WellmetShop {
    /** The shop's currency; amounts are in its minor units. */
    currency: "EUR";
    /** Languages of the texts. */
    language: "en";
    /** What the page may tell: `wellmet.attribute(name, value)`. */
    attributes: {
      "seats": number;
      "weather": "rain" | "sun";
    };
    /** Segments. */
    segment: "away";
    /** Status groups, lowest first. */
    status: never;
    /** Offers. */
    offer: "five" | "ten";
    /** Slots, and what may fill each. */
    slots: {
      "a \"b\"":
      | { choice: "name"; fields: {
          "name": string;
          "seats"?: number;
        } }
      | { choice: "offer"; fields: {
          "ends"?: number;
          "offer": "ten" | "five";
          "title": string;
          "worth"?: number;
        } };
    };
    /** Models to configure, with the values of each option group. */
    configurators: {};
  }
}
"#
    );
}
