import { expect, test } from "vitest";
import type { Contract, Resource } from "../../events.gen";
import { accountsOf, formulaOf, listOf, rulesOf } from "./rules";

const booking = (more: Partial<Resource>): Resource => ({ name: "booking", plural: "bookings", fields: [], ...more });

test("each rule is a sentence", () => {
  const rules: Resource["rules"] = [
    { type: "unique_together", fields: ["room_id", "day"] },
    { type: "ordered", earlier: "starts_at", later: "ends_at" },
    { type: "ordered", earlier: "first_day", later: "last_day", equal: true },
    { type: "no_overlap", start: "starts_at", end: "ends_at", within: ["room_id"], status: "status", ended: ["cancelled"] },
    { type: "one_open", fields: ["book_id"], status: "status", open: ["out"] },
    { type: "adjusts", reference: "product_id", amount: "quantity", field: "stock", taking: [""] },
    { type: "adjusts", reference: "account_id", amount: "amount", field: "balance", direction: "kind", taking: ["withdrawal"] },
    { type: "adjusts", reference: "wallet_id", amount: "amount", field: "balance", taking: [""], own: true },
    { type: "no_jumping" } as never,
  ];
  expect(rulesOf(booking({ rules }))).toEqual([
    "No two bookings have the same room id and day.",
    "Ends at is later or greater than starts at.",
    "Last day is never earlier or less than first day.",
    "No two bookings with the same room id overlap from starts at to ends at; those that are cancelled do not count.",
    "At most one booking with the same book id is out.",
    "Each booking takes its quantity from stock of its product, never beyond its bounds.",
    "Each booking adds its amount to balance of its account, or takes it from there (kind withdrawal), never beyond its bounds.",
    "Each booking takes its amount from balance of its wallet, never beyond its bounds. Nobody takes from what is somebody else's.",
    "A rule that this page does not know: no jumping.",
  ]);
});

test("whose rows they are, and what a resource holds besides, is said", () => {
  const resource = booking({
    owner: "user_id",
    tenant: "company_id",
    idempotency: { required: true },
    idempotent: "key",
    upload: { types: ["image/png"], max_bytes: 2_000_000 },
    redirect: { code: "code", to: "target_url" },
  });
  expect(rulesOf(resource)).toEqual([
    "It belongs to whoever creates it (user id).",
    "Only accounts of the same company see it.",
    "Adding bookings must be sent with an Idempotency-Key; the same request sent again with it is done once.",
    "Adding a booking again with the same key answers the one that is there.",
    "Each holds a file of at most 2.0 MB, image/png.",
    "Its code leads to its target url.",
  ]);
});

test("a list says how it is narrowed and sorted, by the names of its parameters", () => {
  const resource = booking({
    fields: [
      { name: "tags", kind: { type: "text_list" } },
      { name: "guest_ids", kind: { type: "references", resource: "guest" } },
      { name: "day", kind: { type: "date" } },
      { name: "price", kind: { type: "decimal" } },
    ],
    filters: ["tags", "guest_ids", "status"],
    ranges: ["day", "price"],
    searched: ["title"],
    sortable: ["id", "created_at", "price"],
    sorted_by: "-created_at",
  });
  expect(listOf(resource)).toEqual([
    "Filter by tag, guest_id and status.",
    "Range: day_from, day_to, price_min, price_max.",
    "q searches title.",
    "Sorted by created at, greatest or latest first, or by id or price.",
  ]);
});

test("computed fields say what of", () => {
  const contract: Contract = { title: "Library", resources: [{ name: "review", plural: "reviews", fields: [] }] };
  const said = (formula: Parameters<typeof formulaOf>[0]["formula"]) => formulaOf({ name: "x", formula }, contract);
  expect(said({ type: "aggregate", function: "count", resource: "review", by: "book_id" })).toBe("how many reviews");
  expect(said({ type: "aggregate", function: "average", resource: "review", by: "book_id", field: "rating" })).toBe(
    "average rating of its reviews",
  );
  expect(said({ type: "product", factors: ["unit_price", "quantity"] })).toBe("unit price × quantity");
  expect(said({ type: "marked", mark: "like" })).toBe("how many have marked it: like");
});

test("accounts say how to log in and which roles there are", () => {
  expect(accountsOf({})).toEqual(["Log in with email and password; a token lasts 60 minutes."]);
  expect(accountsOf({ login: ["username", "email"], roles: ["member", "admin"], tenant: "company_id" })).toEqual([
    "Log in with username or email and password; a token lasts 60 minutes.",
    "Roles: member and admin. New accounts are member; admin gives roles to others.",
    "Every registration makes a new company of its own.",
  ]);
});
