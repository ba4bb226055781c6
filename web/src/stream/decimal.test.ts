/** Prices are summed exactly; tests/unit/test_snapshot.py holds the same table. */
import { expect, test } from "vitest";

import { addCosts } from "./decimal";

test.each([
  ["0", "0", "0"],
  ["0.1", "0.2", "0.3"],
  ["0.10", "0.2", "0.30"],
  ["1.5E-7", "0.00000015", "0.00000030"],
  ["1e2", "0.5", "100.5"],
  [".5", "5.", "5.5"],
  ["-0.3", "0.1", "-0.2"],
  ["99999999999999999999", "0.00000000000000000001", `99999999999999999999.${"0".repeat(19)}1`],
  [null, "1", null],
  ["1", null, null],
  ["1", "NaN", null],
  ["1", "", null],
  ["1", ".", null],
  ["1", "1e999", null],
  ["1", "1_0", null],
  ["1", "\u0661", null],
])("%s + %s = %s", (one, other, total) => {
  expect(addCosts(one, other)).toBe(total);
});
