import { expect, test } from "vitest";
import { steady } from "./use-steady";

test("items that did not change keep their identity", () => {
  const before = [
    { key: "a", n: 1, list: ["x"] },
    { key: "b", n: 1, list: [] },
  ];
  const after = steady(before, [
    { key: "a", n: 1, list: ["x"] },
    { key: "b", n: 2, list: [] },
  ]);
  expect(after[0]).toBe(before[0]);
  expect(after[1]).toEqual({ key: "b", n: 2, list: [] });
});

test("a list in which nothing changed is the list before", () => {
  const before = [{ key: "a", list: ["x"] }];
  expect(steady(before, [{ key: "a", list: ["x"] }])).toBe(before);
});

test("an item removed, added or moved gives another list", () => {
  const [a, b] = [{ key: "a" }, { key: "b" }];
  expect(steady([a, b], [a])).toEqual([a]);
  expect(steady([a], [a, b])).toEqual([a, b]);
  expect(steady([a, b], [b, a])).toEqual([b, a]);
});
