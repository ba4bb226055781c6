import { expect, test } from "vitest";
import { ago, bytes, clock, count, duration, placeInLine, spending, tokens } from "./format";

test("counts agree with their noun", () => {
  expect([count(1, "file"), count(0, "file"), count(1204, "operation")]).toEqual([
    "1 file",
    "0 files",
    "1,204 operations",
  ]);
});

test("places in a queue are said as a person says them", () => {
  expect([1, 2, 3, 4, 11, 12, 13, 21, 22, 103, 112].map(placeInLine).join(", ")).toBe(
    "next, 2nd in line, 3rd in line, 4th in line, 11th in line, 12th in line, 13th in line, " +
      "21st in line, 22nd in line, 103rd in line, 112th in line",
  );
});

test("durations keep a decimal only while it matters", () => {
  expect([2840, 9960, 41_000, 59_600, 185_000].map(duration)).toEqual([
    "2.8 s",
    "10 s",
    "41 s",
    "1 min 00 s",
    "3 min 05 s",
  ]);
});

test("a clock that runs ahead of the server's shows zero", () => {
  expect([clock(-400), clock(7999), clock(760_000)]).toEqual(["0:00", "0:07", "12:40"]);
});

test("sizes and tokens are short", () => {
  expect([bytes(999), bytes(2437), bytes(1_200_000)]).toEqual(["999 B", "2.4 kB", "1.2 MB"]);
  expect([tokens(840), tokens(14_210), tokens(1_300_000)]).toEqual(["840", "14.2k", "1.3M"]);
});

test("what models took is said where one was asked", () => {
  const spent = (inputTokens: number, cost: string | null) => spending({ inputTokens, outputTokens: 10, cost });
  expect([spent(14_200, "0.0271"), spent(30, "0.0034"), spent(30, null)]).toEqual([
    "14.2k tokens, $0.03",
    "40 tokens, $0.003",
    "40 tokens, price unknown",
  ]);
  expect(spending({ inputTokens: 0, outputTokens: 0, cost: "0" })).toBe("");
});

test("ages are rounded down", () => {
  expect([ago(0, 59_000), ago(0, 119_000), ago(0, 7_200_000)]).toEqual(["just now", "1 min ago", "2 h ago"]);
});
