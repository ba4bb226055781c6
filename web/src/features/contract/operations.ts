/** Every operation of a contract, in the order of its document, with who may use it. */
import type { Access, Contract, Resource } from "../../events.gen";
import { a, kebab, listed, spaced, whoMay, type Permitted } from "./words";

export type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

export interface Operation {
  method: Method;
  path: string;
  says: string;
  who: Permitted;
}

type Action = NonNullable<Resource["actions"]>[number];

const CRUD: readonly Action[] = ["list", "create", "read", "update", "delete"];
const IN_ORDER: readonly Action[] = ["list", "create", "clear", "read", "update", "delete"];

/** What a resource's rows can be asked for and told: standard operations, then its own. */
export function operationsOf(resource: Resource, contract: Contract): Operation[] {
  const path = resource.root ? "" : `/${kebab(resource.plural)}`;
  const row = `${path}/{${resource.name}_id}`;
  const standard = standardOf(resource, path || "/", row);
  return [
    ...standard.filter(({ path: at }) => at !== row),
    ...bulkOf(resource, path),
    ...reportsOf(resource, path),
    ...standard.filter(({ path: at }) => at === row),
    ...filesOf(resource, row),
    ...rolesOf(resource, contract, row),
    ...pastOf(resource, row),
    ...transitionsOf(resource, row),
    ...marksOf(resource, row),
    ...nestedOf(resource, contract, row),
    ...redirectsOf(resource),
  ];
}

/** Registration, login, its end, and one's own account; none without accounts. */
export function accountOperations({ accounts }: Contract): Operation[] {
  if (!accounts) return [];
  const user: Access = { who: "user" };
  const [refreshed, changed] = [accounts.refresh ?? false, accounts.password_change ?? false];
  return [
    operation("POST", "/auth/register", "Register an account"),
    operation("POST", "/auth/login", "Log in for a token"),
    ...(refreshed ? [operation("POST", "/auth/refresh", "Get new tokens")] : []),
    ...(refreshed ? [operation("POST", "/auth/logout", "Log out", user)] : []),
    operation("GET", "/auth/me", "Read one's own account", user),
    ...(changed ? [operation("POST", "/auth/password", "Change one's own password", user)] : []),
    ...(accounts.api_keys ? keyOperations() : []),
  ];
}

function keyOperations(): Operation[] {
  const own: Access = { who: "owner" };
  return [
    operation("GET", "/auth/api-keys", "List one's own API keys", own, true),
    operation("POST", "/auth/api-keys", "Make an API key", { who: "user" }),
    operation("DELETE", "/auth/api-keys/{api_key_id}", "Delete an API key", own),
  ];
}

/** What is computed without rows. */
export function computations(contract: Contract): Operation[] {
  return (contract.recipes ?? []).map(({ name, recipe, access }) =>
    operation("POST", `/${name.replaceAll("_", "-")}`, `Compute: ${spaced(recipe)}`, access),
  );
}

/** How many there are, the one that tells of the API's health aside. */
export function operationCount(contract: Contract): number {
  const own = contract.resources.map((resource) => operationsOf(resource, contract).length);
  return own.reduce((sum, n) => sum + n, accountOperations(contract).length + computations(contract).length);
}

function operation(method: Method, path: string, says: string, access?: Access, rows = false): Operation {
  return { method, path, says, who: whoMay(access, rows) };
}

function standardOf(resource: Resource, path: string, row: string): Operation[] {
  const { access = {}, actions = CRUD } = resource;
  const [names, one] = [spaced(resource.plural), a(resource.name)];
  const file = resource.upload ? " with its file" : "";
  const all: Record<Action, () => Operation> = {
    list: () => operation("GET", path, `List ${names}${resource.paging?.bare ? "" : " by page"}`, access.list, true),
    create: () => operation("POST", path, `Add ${one}${file}`, access.create),
    clear: () => operation("DELETE", path, `Remove all ${names}`, access.delete),
    read: () => operation("GET", row, `Read one ${spaced(resource.name)}`, access.read),
    update: () => operation("PATCH", row, `Change ${one}`, access.update),
    delete: () => operation("DELETE", row, `Remove ${one}`, access.delete),
  };
  return IN_ORDER.filter((action) => actions.includes(action)).map((action) => all[action]());
}

function bulkOf({ bulk, plural, access = {} }: Resource, path: string): Operation[] {
  if (!bulk) return [];
  const says = `Add up to ${bulk.max_items ?? 100} ${spaced(plural)}, all or none`;
  return [operation("POST", `${path}/bulk`, says, access.create)];
}

function reportsOf(resource: Resource, path: string): Operation[] {
  return (resource.reports ?? []).map(({ name, group, period, field, access }) => {
    const of = field ? `total and average of ${spaced(field)}` : "how many";
    const by = group ? `, by ${period ? `${period} of ` : ""}${spaced(group)}` : "";
    const says = `${capital(spaced(name))}: ${of}${by}`;
    return operation("GET", `${path}/${kebab(name)}`, says, access, true);
  });
}

function filesOf(resource: Resource, row: string): Operation[] {
  if (!resource.upload) return [];
  const says = `Download the file of ${a(resource.name)}`;
  return [operation("GET", `${row}/content`, says, resource.access?.read)];
}

/** What brings a deleted row back, and what tells what was done to it. */
function pastOf({ name, actions, access = {}, soft_delete, history }: Resource, row: string): Operation[] {
  const restorable = soft_delete && (actions ?? CRUD).includes("delete");
  return [
    ...(restorable ? [operation("POST", `${row}/restore`, `Bring back ${a(name)}`, access.delete)] : []),
    ...(history ? [operation("GET", `${row}/history`, `Read what was done to ${a(name)}`, access.read)] : []),
  ];
}

function rolesOf(resource: Resource, { accounts }: Contract, row: string): Operation[] {
  const last = accounts?.roles?.at(-1);
  if (!last || (accounts?.resource ?? "user") !== resource.name) return [];
  const says = `Give ${a(resource.name)} another role`;
  return [operation("PUT", `${row}/role`, says, { who: "role", roles: [last] })];
}

function transitionsOf(resource: Resource, row: string): Operation[] {
  return (resource.transitions ?? []).map(({ name, field, target, sources = [], stamp, access }) => {
    const from = sources.length > 0 ? ` from ${listed(sources.map(value), "or")}` : "";
    const noted = stamp ? `, and notes ${spaced(stamp)}` : "";
    const says = `${capital(spaced(name))}: ${spaced(field)}${from} to ${value(target)}${noted}`;
    return operation("POST", `${row}/${kebab(name)}`, says, access);
  });
}

function marksOf(resource: Resource, row: string): Operation[] {
  return (resource.marks ?? []).flatMap(({ name, access = { who: "user" } }) => {
    const path = `${row}/${kebab(name)}`;
    const says = `${capital(spaced(name))} ${a(resource.name)}`;
    return [
      operation("POST", path, says, access),
      operation("DELETE", path, `Take back: ${spaced(name)}`, access),
    ];
  });
}

function nestedOf(resource: Resource, contract: Contract, row: string): Operation[] {
  const operations: Operation[] = [];
  for (const child of contract.resources) {
    if (!(child.actions ?? CRUD).includes("list")) continue;
    for (const { kind } of child.fields) {
      if (kind.type !== "reference" || kind.resource !== resource.name || kind.nested === false) continue;
      const says = `List ${spaced(child.plural)} of ${a(resource.name)}`;
      operations.push(operation("GET", `${row}/${kebab(child.plural)}`, says, child.access?.list, true));
    }
  }
  return operations;
}

function redirectsOf({ redirect }: Resource): Operation[] {
  if (!redirect) return [];
  const counted = redirect.visits ? `, and count ${spaced(redirect.visits)}` : "";
  return [operation("GET", `/r/{${redirect.code}}`, `Go to ${spaced(redirect.to)}${counted}`)];
}

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** A value of a choice or boolean field, as it stands in JSON but without quotes. */
const value = (given: string | boolean): string => String(given);
