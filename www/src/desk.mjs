// The one configurable product, as the page shows it to everyone. What may be combined, and what it
// costs when wellmet is there, is said by the model `desk` in wellmet.json; a test holds the two together.

/** Base price and choices; prices are minor units and add up. The first value of a group is the default. */
export const DESK = {
  model: "desk",
  price: 48_000,
  currency: "USD",
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
};
