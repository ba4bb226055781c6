import { expect, test } from "vitest";
import type { CheckState } from "../../events.gen";
import { evidenceOf, stateOf } from "./evidence";

const check = (changes: Partial<CheckState>) => ({ verdict: null, startedAt: null, ...changes }) as CheckState;

test("a check without a verdict is waiting, running, or did not finish", () => {
  expect(stateOf(check({}), false)).toBe("waiting");
  expect(stateOf(check({ startedAt: 1 }), false)).toBe("running");
  expect(stateOf(check({ startedAt: 1 }), true)).toBe("unfinished");
  expect(stateOf(check({ verdict: "failed" }), true)).toBe("failed");
});

test("the command that reproduces it comes first, empty evidence is left out", () => {
  expect(evidenceOf({ output: ["a", "b"], line: 3, cure: "", more: [], curl: "curl -X POST" })).toEqual([
    { name: "curl", text: "curl -X POST" },
    { name: "output", text: "a\nb" },
    { name: "line", text: "3" },
  ]);
});

test("evidence of any shape is shown", () => {
  expect(evidenceOf(null)).toEqual([]);
  expect(evidenceOf({ seen_at: { a: 1 } })).toEqual([{ name: "seen at", text: '{\n  "a": 1\n}' }]);
});
