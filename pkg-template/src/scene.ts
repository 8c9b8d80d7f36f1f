/** Where an element finds the page being personalized: on the document, whichever copy of the SDK began. */
export const SCENE = Symbol.for("wellmet.scene");
