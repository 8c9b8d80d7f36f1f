import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { WellmetCommands } from "../src/api.js";
import { heedActions, type Actions } from "../src/actions.js";

const add = vi.fn<WellmetCommands["add"]>(async () => {});
const setQuantity = vi.fn<WellmetCommands["setQuantity"]>(async () => {});
const CART = { lines: [{ key: "chair", quantity: 4 }] };
let actions: Actions;

beforeEach(() => {
  add.mockClear();
  setQuantity.mockClear();
  actions = heedActions({ add, setQuantity, cart: () => CART } as unknown as WellmetCommands, () => "chair", () => {});
});
afterEach(() => actions.end());

function form(field: string): [HTMLButtonElement, HTMLInputElement] {
  document.body.innerHTML = `<form>${field}<button data-wm-action="add" data-wm-item="chair">Add</button></form>`;
  return [document.querySelector("button")!, document.querySelector("input")!];
}

test("the quantity beside the button is what is added", () => {
  const [button, field] = form('<input type="number" data-wm-quantity value="3">');
  button.click();
  expect(add).toHaveBeenCalledWith("chair", 3, {});
  field.value = "1000000";
  button.click();
  expect(add).toHaveBeenLastCalledWith("chair", 1_000_000, {});
});

test.each(["-3", "0.5", "0", "99999999999", "1e9", "", "two", "１"])("%j is no quantity: said at the field, and nothing is added", (value) => {
  const [button, field] = form(`<input data-wm-quantity value="${value}">`);
  const said = vi.spyOn(field, "reportValidity");
  button.click();
  expect(add).not.toHaveBeenCalled();
  expect(said).toHaveBeenCalledOnce();
  expect(field.validationMessage).toBe("1 – 1000000");
  field.value = "2";
  field.dispatchEvent(new Event("input", { bubbles: true }));
  expect(field.validationMessage, "what she types next is judged anew").toBe("");
  button.click();
  expect(add).toHaveBeenCalledWith("chair", 2, {});
});

test("the bounds of the shop's own markup hold, and the browser says them in its words", () => {
  const [button, field] = form('<input type="number" max="999" data-wm-quantity value="1000">');
  vi.spyOn(field, "checkValidity").mockReturnValue(false);
  const own = vi.spyOn(field, "setCustomValidity");
  button.click();
  expect(add).not.toHaveBeenCalled();
  expect(own).not.toHaveBeenCalled();
});

test("the click never falls through to the shop's form", () => {
  const [button] = form('<input data-wm-quantity value="-1">');
  const event = new MouseEvent("click", { bubbles: true, cancelable: true });
  button.dispatchEvent(event);
  expect(event.defaultPrevented).toBe(true);
});

test("a line of the cart takes what she typed, or shows again what is in it", () => {
  document.body.innerHTML = '<ul data-wm-cart><li><input data-wm-quantity max="999"></li></ul>';
  const field = document.querySelector("input")!;
  const type = (value: string) => {
    field.value = value;
    field.dispatchEvent(new Event("change", { bubbles: true }));
  };
  type("7");
  type("0");
  expect(setQuantity.mock.calls).toEqual([["chair", 7], ["chair", 0]]);
  for (const value of ["-3", "0.5", "99999999999", ""]) {
    type(value);
    expect(field.value).toBe("4");
  }
  vi.spyOn(field, "checkValidity").mockReturnValue(false);
  type("1000");
  expect(field.value, "above the shop's own bound").toBe("4");
  expect(setQuantity).toHaveBeenCalledTimes(2);
});
