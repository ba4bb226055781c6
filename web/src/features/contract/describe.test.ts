import { expect, test } from "vitest";
import type { Field, Resource } from "../../events.gen";
import { kindOf, needOf, operationsOf } from "./describe";

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

test("operations are the resource's own, under its plural in kebab case", () => {
  const resource: Resource = { name: "book_loan", plural: "book_loans", fields: [], actions: ["list", "read"] };
  expect(operationsOf(resource).map(({ method, path }) => `${method} ${path}`)).toEqual([
    "GET /book-loans",
    "GET /book-loans/{id}",
  ]);
});
