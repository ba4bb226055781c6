import { expect, test } from "vitest";
import { costSaid, worksSaid, type Trial } from "./settings";

const TRIAL: Trial = {
  asked: "Count.",
  answer: "one",
  firstMs: 120,
  durationMs: 1840,
  inputTokens: 1200,
  cachedInputTokens: 0,
  outputTokens: 40,
  cost: null,
  keptBack: false,
  problem: "",
  hint: "",
};

test("what a model is asked for is said in words", () => {
  expect(worksSaid(["plan", "write", "repair"])).toBe("plans, files and repairs");
  expect(worksSaid(["write"])).toBe("files");
  expect(worksSaid([])).toBe("");
});

test("times, tokens and price of an answer stand on one line", () => {
  expect(costSaid(TRIAL)).toBe(
    "First word after 120 ms, whole after 1,840 ms; 1,200 tokens in, 40 out; price unknown",
  );
  expect(costSaid({ ...TRIAL, cachedInputTokens: 1024, cost: "0.0021" })).toContain("(1,024 cached)");
  expect(costSaid({ ...TRIAL, cost: "0.0021" })).toContain("0.0021 USD");
  expect(costSaid({ ...TRIAL, outputTokens: 0 })).toContain("tokens not told");
});
