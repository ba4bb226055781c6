import { expect, test } from "vitest";
import type { Contract, Field } from "../../events.gen";
import { fateOf, kindOf, leadsTo, marksOf, needOf, notMadeOf } from "./describe";

const field = (kind: Field["kind"], more: Partial<Field> = {}): Field => ({ name: "x", kind, ...more });

test("limits that a field sets are told, a column's own are not", () => {
  expect(kindOf(field({ type: "integer" }))).toBe("whole number");
  expect(kindOf(field({ type: "integer", minimum: 0 }))).toBe("whole number, at least 0");
  expect(kindOf(field({ type: "integer", minimum: 1, maximum: 5 }))).toBe("whole number, 1 to 5");
  expect(kindOf(field({ type: "text", max_length: 5000 }))).toBe("text, 1 to 5,000 characters");
});

test("a kind that this page does not know is told by its name", () => {
  expect(kindOf(field({ type: "colour" } as unknown as Field["kind"]))).toBe("colour");
});

test("a field is required unless it says otherwise", () => {
  expect(needOf(field({ type: "boolean" }))).toBe("required");
  expect(needOf(field({ type: "boolean" }, { required: false }))).toBe("optional");
  expect(needOf(field({ type: "boolean" }, { required: false, default: false }))).toBe("default: false");
});

test("what clients cannot write is not called required", () => {
  expect(needOf(field({ type: "timestamp" }, { written: "never", required: false }))).toBe("set by the server");
  const status = field({ type: "choice", values: ["open", "done"] }, { written: "never", default: "open" });
  expect(needOf(status)).toBe("set by the server, default: open");
  expect(needOf(field({ type: "code" }))).toBe("made by the server");
});

test("unique fields and those that are written once are marked", () => {
  expect(marksOf(field({ type: "email" }, { unique: true, written: "creation" }))).toEqual(["unique", "only on creation"]);
  expect(marksOf(field({ type: "slug", source: "title" }))).toEqual(["unique"]);
  expect(marksOf(field({ type: "boolean" }))).toEqual([]);
});

test("a reference says where it leads and what becomes of it", () => {
  const book = field({ type: "reference", resource: "book" });
  expect([kindOf(book), leadsTo(book), fateOf(book)]).toEqual(["id of a book", "book", "keeps it from being deleted"]);
  expect(fateOf(field({ type: "reference", resource: "book", on_delete: "cascade" }))).toBe("deleted with it");
  expect(leadsTo(field({ type: "references", resource: "tag" }))).toBe("tag");
  expect([leadsTo(field({ type: "boolean" })), fateOf(field({ type: "boolean" }))]).toEqual([null, ""]);
});

test("what is not made is told once, with the address that says so", () => {
  const contract: Contract = {
    title: "Shop",
    resources: [],
    not_made: [{ name: "send_email", summary: "Sending e-mails" }],
  };
  expect(notMadeOf(contract, ["Sending e-mails to customers", "A mobile app"])).toEqual([
    { what: "Sending e-mails", path: "/not-made/send_email" },
    { what: "A mobile app", path: null },
  ]);
});
