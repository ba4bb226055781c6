/** What is left to spend is said before it is spent. */
import { expect, test } from "vitest";
import { limitsOf, limitsSaid, NO_LIMITS, usedUp } from "./left";

const SETTINGS = {
  budget: 100_000,
  budgetUsd: "0.50",
  userBudget: 1_000_000,
  userBudgetUsd: "2",
  today: { tokens: 250_000, usd: "0.333", until: 1 },
};

test("the limits of a run and what is left of the day are told", () => {
  expect(limitsSaid(limitsOf(SETTINGS))).toBe(
    "A run may take 100,000 tokens and 0.5 USD. You have 750,000 of 1,000,000 tokens and 1.66 of 2 USD left today.",
  );
  expect(limitsSaid(limitsOf({ ...SETTINGS, userBudget: 0, userBudgetUsd: "0", budgetUsd: "0" }))).toBe(
    "A run may take 100,000 tokens.",
  );
});

test("where there is no limit, nothing is said", () => {
  expect(limitsSaid(NO_LIMITS)).toBe("");
  for (const strange of [{}, { today: null, budget: "many" }, { userBudget: -1 }]) {
    expect(limitsOf(strange)).toEqual(NO_LIMITS);
  }
});

test("a day is used up by tokens, by money, and by a price that nobody knows", () => {
  const used = (today: object) => usedUp(limitsOf({ ...SETTINGS, today }));
  expect(used({ tokens: 999_999, usd: "1.99" })).toBe(false);
  expect(used({ tokens: 1_000_000, usd: "0" })).toBe(true);
  expect(used({ tokens: 0, usd: "2.00" })).toBe(true);
  expect(used({ tokens: 0, usd: null })).toBe(true);
  expect(limitsSaid(limitsOf({ ...SETTINGS, today: { tokens: 0, usd: null } }))).toContain("used up");
});
