/** What a resource promises besides its fields and operations, a plain sentence each. */
import type { Accounts, Computed, Contract, Resource } from "../../events.gen";
import { bytes } from "../../ui/format";
import { a, listed, spaced } from "./words";

type Rule = NonNullable<Resource["rules"]>[number];

/** Its rules, whose its rows are, and what else holds for all of them. */
export function rulesOf(resource: Resource): string[] {
  return [...ownershipOf(resource), ...(resource.rules ?? []).map((rule) => ruleOf(rule, resource)), ...moreOf(resource)];
}

/** How a list is narrowed and sorted; empty where nothing but the page can be chosen. */
export function listOf(resource: Resource): string[] {
  const { filters = [], ranges = [], searched = [], sortable = [], sorted_by = "id" } = resource;
  const told: string[] = [];
  if (filters.length > 0) told.push(`Filter by ${listed(filters.map((name) => filterOf(name, resource)))}.`);
  if (ranges.length > 0) told.push(`Range: ${ranges.map((name) => rangeOf(name, resource)).join(", ")}.`);
  if (searched.length > 0) told.push(`q searches ${listed(searched.map(spaced))}.`);
  const others = sortable.filter((name) => name !== sorted_by.replace("-", ""));
  const chosen = others.length > 0 ? `, or by ${listed(others.map(spaced), "or")}` : "";
  told.push(`Sorted by ${sortedBy(sorted_by)}${chosen}.`);
  return told;
}

/** What the server works out, in words: `average rating of its reviews`. */
export function formulaOf({ formula }: Computed, contract: Contract): string {
  switch (formula.type) {
    case "aggregate": {
      const { function: how, resource, field } = formula;
      const rows = plural(resource, contract);
      if (how === "count") return `how many ${rows}`;
      const word = { sum: "sum of", average: "average", minimum: "least", maximum: "greatest" }[how] ?? how;
      return `${word} ${spaced(field ?? "")} of its ${rows}`;
    }
    case "product":
      return formula.factors.map(spaced).join(" × ");
    case "marked":
      return `how many have marked it: ${spaced(formula.mark)}`;
    default:
      return "worked out by the server";
  }
}

/** How accounts work here, a sentence each. */
export function accountsOf(accounts: Accounts): string[] {
  const { login = ["email"], roles = [], token_minutes = 60, tenant } = accounts;
  const told = [`Log in with ${listed(login.map(spaced), "or")} and password; a token lasts ${token_minutes} minutes.`];
  if (roles.length > 0) {
    const [first, last] = [spaced(roles[0] ?? ""), spaced(roles[roles.length - 1] ?? "")];
    told.push(`Roles: ${listed(roles.map(spaced))}. New accounts are ${first}; ${last} gives roles to others.`);
  }
  if (accounts.refresh) told.push("A refresh token gives the next pair, once; logging out ends both at once.");
  if (accounts.password_change) told.push("A new password ends every login that came before it.");
  const logins = accounts.login_limit;
  if (logins) told.push(`An address may try to log in ${logins.requests} times in ${logins.seconds ?? 60} seconds.`);
  if (accounts.api_keys) told.push("An API key, made by who is logged in, stands for the account (X-API-Key).");
  if (tenant) told.push(`Every registration makes a new ${spaced(tenant.replace(/_id$/, ""))} of its own.`);
  return told;
}

function ownershipOf({ owner, tenant }: Resource): string[] {
  const told: string[] = [];
  if (owner === "id") told.push("Each account is its own owner.");
  else if (owner) told.push(`It belongs to whoever creates it (${spaced(owner)}).`);
  if (tenant) told.push(`Only accounts of the same ${spaced(tenant.replace(/_id$/, ""))} see it.`);
  return told;
}

function ruleOf(rule: Rule, resource: Resource): string {
  const rows = spaced(resource.plural);
  switch (rule.type) {
    case "unique_together":
      return `No two ${rows} have the same ${listed(rule.fields.map(spaced))}.`;
    case "ordered":
      return rule.equal
        ? `${capital(spaced(rule.later))} is never earlier or less than ${spaced(rule.earlier)}.`
        : `${capital(spaced(rule.later))} is later or greater than ${spaced(rule.earlier)}.`;
    case "no_overlap": {
      const within = rule.within.length > 0 ? ` with the same ${listed(rule.within.map(spaced))}` : "";
      const ended = rule.ended?.length ? `; those that are ${listed(rule.ended.map(spaced), "or")} do not count` : "";
      return `No two ${rows}${within} overlap from ${spaced(rule.start)} to ${spaced(rule.end)}${ended}.`;
    }
    case "one_open": {
      const same = rule.fields.length > 0 ? ` with the same ${listed(rule.fields.map(spaced))}` : "";
      return `At most one ${spaced(resource.name)}${same} is ${listed(rule.open.map(spaced), "or")}.`;
    }
    case "at_most": {
      const same = `the same ${listed(rule.fields.map((name) => spaced(name.replace(/_id$/, ""))))}`;
      const open = rule.open?.length ? ` that are ${listed(rule.open.map(spaced), "or")}` : "";
      const within = rule.period ? `, made within one ${rule.period}` : "";
      return `At most ${rule.count} ${rows}${open} with ${same}${within}.`;
    }
    case "adjusts": {
      const of = `${spaced(rule.field)} of its ${spaced(rule.reference.replace(/_id$/, ""))}`;
      const taking = rule.taking ?? [];
      const own = rule.own ? " Nobody takes from what is somebody else's." : "";
      if (!rule.direction) {
        const how = taking.length > 0 ? `takes its ${spaced(rule.amount)} from` : `adds its ${spaced(rule.amount)} to`;
        return `Each ${spaced(resource.name)} ${how} ${of}, never beyond its bounds.${own}`;
      }
      const when = `${spaced(rule.direction)} ${listed(taking.map(spaced), "or")}`;
      return `Each ${spaced(resource.name)} adds its ${spaced(rule.amount)} to ${of}, or takes it from there (${when}), never beyond its bounds.${own}`;
    }
    default:
      return `A rule that this page does not know: ${spaced(String((rule as { type: string }).type))}.`;
  }
}

function moreOf(resource: Resource): string[] {
  const { name, plural, idempotent, upload, redirect, soft_delete, versioned, idempotency, history } = resource;
  const told: string[] = [];
  if (soft_delete) told.push(`A deleted ${spaced(name)} is hidden, and can be restored.`);
  if (versioned) told.push(`A change of ${a(name)} may name the version that it is meant for, and is refused for another.`);
  if (idempotency) {
    const how = idempotency.required ? "must be" : "may be";
    told.push(`Adding ${spaced(plural)} ${how} sent with an Idempotency-Key; the same request sent again with it is done once.`);
  }
  if (history) told.push(`Whatever is done to ${a(name)} is written down: what, when, by whom, and what it changed.`);
  if (idempotent) told.push(`Adding ${a(name)} again with the same ${spaced(idempotent)} answers the one that is there.`);
  if (upload) {
    const types = upload.types?.length ? `, ${listed(upload.types, "or")}` : "";
    told.push(`Each holds a file of at most ${bytes(upload.max_bytes ?? 5_000_000)}${types}.`);
  }
  if (redirect) told.push(`Its ${spaced(redirect.code)} leads to its ${spaced(redirect.to)}.`);
  return told;
}

function filterOf(name: string, { fields }: Resource): string {
  const type = fields.find((field) => field.name === name)?.kind.type;
  if (type === "references") return name.replace(/_ids$/, "_id");
  return type === "text_list" ? name.replace(/s$/, "") : name;
}

function rangeOf(name: string, { fields }: Resource): string {
  const type = fields.find((field) => field.name === name)?.kind.type;
  const timed = type === "date" || type === "timestamp" || name === "created_at" || name === "updated_at";
  return timed ? `${name}_from, ${name}_to` : `${name}_min, ${name}_max`;
}

const sortedBy = (name: string): string =>
  name.startsWith("-") ? `${spaced(name.slice(1))}, greatest or latest first` : spaced(name);

const plural = (name: string, { resources }: Contract): string =>
  spaced(resources.find((one) => one.name === name)?.plural ?? name);

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);
