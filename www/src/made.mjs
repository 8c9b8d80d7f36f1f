// The products made to order, as their pages show them to everyone. What may be combined, and what it costs when
// wellmet is there, is said by the models of the same names in wellmet.json; a test holds the two together.
//
// Prices are minor units and add up. The first value of a group is the default. A group with `text` is engraved.

export const CURRENCY = "USD";

export const MADE = [
  {
    model: "desk",
    path: "/made-to-order",
    title: "A desk, made to order",
    lead: "Solid wood, planed and oiled by hand. Made in three weeks.",
    price: 48_000,
    groups: [
      {
        id: "size",
        label: "Size",
        values: [
          { id: "small", label: "48 inches", note: "for a laptop and a thought", price: 0 },
          { id: "medium", label: "56 inches", note: "for a screen and its papers", price: 6_000 },
          { id: "large", label: "72 inches", note: "for two; on steel or lift legs", price: 15_000 },
        ],
      },
      {
        id: "wood",
        label: "Wood",
        values: [
          { id: "ash", label: "Ash", note: "pale, straight grain", price: 0 },
          { id: "oak", label: "Oak", note: "warm, hard wearing", price: 4_000 },
          { id: "walnut", label: "Walnut", note: "dark, quiet", price: 12_000 },
        ],
      },
      {
        id: "legs",
        label: "Legs",
        values: [
          { id: "trestle", label: "Trestle", note: "the same wood, up to 56 inches", price: 0 },
          { id: "steel", label: "Steel", note: "powder-coated frame", price: 5_000 },
          { id: "lift", label: "Lift", note: "sits and stands, 27 to 47 inches", price: 29_000 },
        ],
      },
    ],
  },
  {
    model: "humidor",
    path: "/made-to-order/humidor",
    title: "A humidor, made to order",
    lead: "Joined without a nail, lined with Spanish cedar. Made in four weeks.",
    price: 14_000,
    groups: [
      {
        id: "size",
        label: "Size",
        values: [
          { id: "small", label: "25 cigars", note: "for a corner of the desk", price: 0 },
          { id: "medium", label: "50 cigars", note: "with a tray", price: 5_000 },
          { id: "large", label: "100 cigars", note: "with two trays", price: 12_000 },
        ],
      },
      {
        id: "wood",
        label: "Wood",
        values: [
          { id: "ash", label: "Ash", note: "pale, too soft for letters", price: 0 },
          { id: "oak", label: "Oak", note: "warm, hard wearing", price: 2_500 },
          { id: "walnut", label: "Walnut", note: "dark, quiet", price: 6_000 },
        ],
      },
      {
        id: "gauge",
        label: "Hygrometer",
        values: [
          { id: "none", label: "None", note: "you have one", price: 0 },
          { id: "dial", label: "Dial", note: "brass, in the lid", price: 2_200 },
          { id: "digital", label: "Digital", note: "behind glass; not in the small one", price: 3_900 },
        ],
      },
      { id: "monogram", label: "Monogram", text: { max: 3, pattern: "[A-Z]*", note: "Up to three capital letters, cut into the lid.", price: 1_500 } },
    ],
  },
  {
    model: "cigar",
    path: "/made-to-order/cigar",
    title: "A box of cigars, rolled to order",
    lead: "Rolled when you ask for them, rested for a month.",
    price: 9_000,
    groups: [
      {
        id: "format",
        label: "Format",
        values: [
          { id: "corona", label: "Corona", note: "half an hour", price: 0 },
          { id: "robusto", label: "Robusto", note: "three quarters", price: 1_800 },
          { id: "toro", label: "Toro", note: "an hour and a book", price: 3_600 },
        ],
      },
      {
        id: "wrapper",
        label: "Wrapper",
        values: [
          { id: "connecticut", label: "Connecticut", note: "mild, silky", price: 0 },
          { id: "habano", label: "Habano", note: "cedar and pepper", price: 1_200 },
          { id: "maduro", label: "Maduro", note: "dark, sweet", price: 2_000 },
        ],
      },
      {
        id: "strength",
        label: "Strength",
        values: [
          { id: "mild", label: "Mild", note: "for the morning", price: 0 },
          { id: "medium", label: "Medium", note: "for after lunch", price: 0 },
          { id: "full", label: "Full", note: "for half past nine; not under Connecticut", price: 600 },
        ],
      },
      { id: "band", label: "Words on the band", text: { max: 24, pattern: "[A-Za-z0-9 .&'\\-]*", note: "Up to 24 letters, digits and spaces.", price: 800 } },
    ],
  },
];
