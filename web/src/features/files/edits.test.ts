import { expect, test } from "vitest";
import { editsOf, withEdit } from "./edits";

test("edits are read back as they were stored", () => {
  const edits = withEdit(withEdit({}, "a b.py", { text: "é🚀\r\n", version: 2 }), "b.py", { text: "", version: 1 });
  expect(editsOf(JSON.stringify(edits))).toEqual(edits);
});

test("one that is taken away leaves the others", () => {
  const edits = { "a.py": { text: "a", version: 1 }, "b.py": { text: "b", version: 1 } };
  expect(withEdit(edits, "a.py", null)).toEqual({ "b.py": { text: "b", version: 1 } });
});

test("what is no edit is passed over", () => {
  for (const stored of ["", "{", "[]", "null", "7", '{"a.py": {"text": 1, "version": 1}, "b.py": null}']) {
    expect(editsOf(stored)).toEqual({});
  }
});
