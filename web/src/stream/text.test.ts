/** Lengths are counted as Python and UTF-8 count them. */
import { expect, test } from "vitest";

import { codePoints, cutLength, utf8Length } from "./text";

const texts = ["", "abc", "é", "e\u0301", "日本", "😀", "a😀b😀", "👩‍👩‍👧", "\u0000\u007f\u0080\u07ff\u0800\uffff"];

test.each(texts)("%j", (text) => {
  expect(codePoints(text)).toBe([...text].length);
  expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
});

test("lone surrogates count as one code point of three bytes", () => {
  for (const text of ["\ud800", "\udc00", "\udc00\ud800", "\ud800\ud800", "a\ud83d"]) {
    expect(codePoints(text)).toBe([...text].length);
    expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
  }
});

test("a cut never goes through a character", () => {
  expect([0, 1, 2, 3, 4, 9].map((length) => cutLength("a😀b", length))).toEqual([0, 1, 1, 3, 4, 4]);
});
