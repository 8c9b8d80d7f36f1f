"use client";

import { Slot, useCart, useWellmet } from "wellmet/react";

export function Greeting() {
  return (
    <Slot
      name="greeting"
      className="greeting"
      render={({ choice, fields }) => <h1>{choice === "known" ? <>Welcome back, <bdi>{fields.name}</bdi></> : "Good to see you again"}</h1>}
    >
      <h1>Welcome to our shop</h1>
    </Slot>
  );
}

export function ForYou() {
  return (
    <Slot
      name="for-you"
      as="ul"
      className="for-you"
      render={({ items }, { money, reason }) =>
        items.map((item) => (
          <li key={item.id}>
            <a href={item.link}>{item.title}</a> {money(item.price)} <small>{reason(item.reason)}</small>
          </li>
        ))
      }
    >
      <li>The shop's own favourites stay here until there is something better.</li>
    </Slot>
  );
}

export function Cart() {
  const shop = useWellmet();
  const { count } = useCart();
  return (
    <p>
      <button type="button" onClick={() => shop.add("FUR-CH-10002647")}>Add a chair to the cart</button> Cart: <b>{count}</b>
    </p>
  );
}

export function Remember() {
  const shop = useWellmet();
  return (
    <p>
      <button type="button" onClick={() => shop.consent({ personalization: true })}>Remember me</button>{" "}
      <button type="button" onClick={() => shop.forget()}>Forget me</button>
    </p>
  );
}
