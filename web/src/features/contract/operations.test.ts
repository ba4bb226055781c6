import { expect, test } from "vitest";
import type { Contract, Resource } from "../../events.gen";
import { accountOperations, operationCount, operationsOf } from "./operations";
import { whoMay } from "./words";

const contract = (...resources: Resource[]): Contract => ({ title: "Library", resources });
const lines = (resource: Resource, whole = contract(resource)) =>
  operationsOf(resource, whole).map(({ method, path }) => `${method} ${path}`);

const LOAN: Resource = { name: "book_loan", plural: "book_loans", fields: [] };

test("operations are the resource's own, under its plural in kebab case", () => {
  expect(lines({ ...LOAN, actions: ["read", "list"] })).toEqual(["GET /book-loans", "GET /book-loans/{book_loan_id}"]);
});

test("at the root, rows are right below it, and all of them can be removed", () => {
  const rooted: Resource = { ...LOAN, root: true, actions: ["list", "read", "clear"], bulk: {} };
  expect(lines(rooted)).toEqual(["GET /", "DELETE /", "POST /bulk", "GET /{book_loan_id}"]);
});

test("what was deleted can be brought back, and what was done can be read", () => {
  const kept: Resource = { ...LOAN, actions: ["delete"], soft_delete: true, history: true };
  expect(lines(kept).slice(1)).toEqual(["POST /book-loans/{book_loan_id}/restore", "GET /book-loans/{book_loan_id}/history"]);
});

test("transitions, marks and reports are operations too", () => {
  const resource: Resource = {
    ...LOAN,
    actions: [],
    transitions: [{ name: "give_back", field: "status", target: "returned", sources: ["out", "late"], stamp: "returned_at" }],
    marks: [{ name: "like" }],
    reports: [{ name: "by_month", group: "created_at", period: "month", field: "fee" }],
  };
  expect(lines(resource)).toEqual([
    "GET /book-loans/by-month",
    "POST /book-loans/{book_loan_id}/give-back",
    "POST /book-loans/{book_loan_id}/like",
    "DELETE /book-loans/{book_loan_id}/like",
  ]);
  const says = operationsOf(resource, contract(resource)).map((one) => one.says);
  expect(says[0]).toBe("By month: total and average of fee, by month of created at");
  expect(says[1]).toBe("Give back: status from out or late to returned, and notes returned at");
});

test("rows that belong to others are listed under them, unless they are not nested", () => {
  const book: Resource = { name: "book", plural: "books", fields: [], actions: [] };
  const to = (nested: boolean): Resource => ({
    ...LOAN,
    fields: [{ name: "book_id", kind: { type: "reference", resource: "book", nested } }],
  });
  expect(lines(book, contract(book, to(true)))).toEqual(["GET /books/{book_id}/book-loans"]);
  expect(lines(book, contract(book, to(false)))).toEqual([]);
});

test("accounts add three operations, and one that gives roles", () => {
  const user: Resource = { name: "user", plural: "users", fields: [], actions: ["read"] };
  const whole: Contract = { ...contract(user), accounts: { roles: ["member", "admin"] } };
  expect(accountOperations(whole).map(({ path }) => path)).toEqual(["/auth/register", "/auth/login", "/auth/me"]);
  const more: Contract = { ...whole, accounts: { refresh: true, password_change: true } };
  const [, , refresh, logout, , password] = accountOperations(more).map(({ path }) => path);
  const keyed: Contract = { ...whole, accounts: { api_keys: true } };
  expect(accountOperations(keyed)).toHaveLength(6);
  expect([refresh, logout, password]).toEqual(["/auth/refresh", "/auth/logout", "/auth/password"]);
  const [, giving] = operationsOf(user, whole);
  expect([giving?.path, giving?.who.words]).toEqual(["/users/{user_id}/role", "admin"]);
  expect(operationCount(whole)).toBe(5);
  expect(accountOperations(contract())).toEqual([]);
});

test("who may do it is told in words, and nothing unknown is shown as open", () => {
  expect(whoMay(undefined)).toEqual({ locked: false, words: "anyone" });
  expect(whoMay({ who: "user" })).toEqual({ locked: true, words: "logged in" });
  expect(whoMay({ who: "role", roles: ["admin", "editor"] }).words).toBe("admin or editor");
  expect(whoMay({ who: "owner", roles: ["admin"] }).words).toBe("owner or admin");
  expect(whoMay({ who: "owner", roles: ["admin"] }, true).words).toBe("own ones; all for admin");
  expect(whoMay({ who: "friend" } as never)).toEqual({ locked: true, words: "friend" });
});
