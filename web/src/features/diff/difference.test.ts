import { expect, test } from "vitest";
import {
  contractChanges,
  type Difference,
  type FileDifference,
  filesSaid,
  fileUrl,
  omittedSaid,
} from "./difference";
import { latestPair, pairOf } from "./pairs";

const file = (more: Partial<FileDifference>): FileDifference => ({
  path: "app/main.py",
  change: "changed",
  added: 2,
  removed: 1,
  diff: "",
  omitted: null,
  ...more,
});
const versions = [{ version: 1 }, { version: 2 }, { version: 4 }];

test("the latest version stands against the one before it, whatever their order and numbers", () => {
  expect(latestPair(versions)).toEqual({ from: 2, to: 4 });
  expect(latestPair(versions.toReversed())).toEqual({ from: 2, to: 4 });
  expect(latestPair([{ version: 1 }])).toBeNull();
  expect(pairOf(2, versions)).toEqual({ from: 1, to: 2 });
  expect(pairOf(1, versions)).toBeNull();
  expect(pairOf(3, versions)).toBeNull();
});

test("files are counted with their lines, and those that were not compared apart", () => {
  expect(filesSaid([])).toBe("No file differs");
  expect(filesSaid([file({})])).toBe("1 file differs: 2 lines added, 1 removed");
  const blind = file({ added: null, removed: null, diff: null, omitted: "large" });
  expect(filesSaid([file({ added: 1200 }), blind])).toBe(
    "2 files differ: 1,200 lines added, 1 removed, 1 not compared",
  );
  expect(omittedSaid(blind)).toMatch("too large");
  expect(omittedSaid(file({ omitted: "binary" }))).toMatch("not text");
});

test("what breaks stands first", () => {
  const change = (part: string, breaking: boolean) => ({ part, sentence: part, breaking, reason: "" });
  const contract = { added: [change("a", true)], changed: [change("c", false)], removed: [change("r", true)] };
  const found: Difference = { from: 1, to: 2, files: [], contract };
  expect(contractChanges(found).map(({ part }) => part)).toEqual(["r", "a", "c"]);
});

test("an address holds any path as it is", () => {
  expect(fileUrl("p/1", "a b/ü?#.py", 2)).toBe("/api/projects/p%2F1/files/a%20b/%C3%BC%3F%23%2Epy?version=2");
});
