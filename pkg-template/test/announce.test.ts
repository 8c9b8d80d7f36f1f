import { beforeEach, expect, test } from "vitest";
import { announcer } from "../src/announce.js";
import { html } from "./fakes.js";

const regions = (): Element[] =>
  [...document.body.children].flatMap(({ shadowRoot }) => [...(shadowRoot?.querySelectorAll('[role="status"]') ?? [])]);

beforeEach(() => html(""));

test("one region, made when there is something to say", () => {
  const { say, destroy } = announcer();
  expect(regions()).toHaveLength(0);
  say("One");
  say("Two");
  expect(regions()).toHaveLength(1);
  destroy();
  expect(regions()).toHaveLength(0);
});

test("nothing is said after destroy(), neither where it spoke before nor where it was silent", () => {
  const spoken = announcer();
  spoken.say("One");
  for (const { say, destroy } of [spoken, announcer()]) {
    destroy();
    say("late");
    expect(regions()).toHaveLength(0);
  }
});
