/** What may be spent on models: by one run, and by who asks for the rest of the day (in UTC). */

export interface Limits {
  /** Tokens and USD of one run; 0 is no limit. */
  budget: number;
  budgetUsd: number;
  /** Those of a user and a day. */
  userBudget: number;
  userBudgetUsd: number;
  /** What was used today; `usd` is null once a price was not known. */
  today: { tokens: number; usd: number | null };
}

export const NO_LIMITS: Limits = { budget: 0, budgetUsd: 0, userBudget: 0, userBudgetUsd: 0, today: { tokens: 0, usd: 0 } };

/** What the server tells of its limits; none where it tells nothing that makes sense. */
export function limitsOf(settings: Record<string, unknown>): Limits {
  const today = record(settings["today"]);
  return {
    budget: amount(settings["budget"]),
    budgetUsd: amount(settings["budgetUsd"]),
    userBudget: amount(settings["userBudget"]),
    userBudgetUsd: amount(settings["userBudgetUsd"]),
    today: { tokens: amount(today["tokens"]), usd: today["usd"] === null ? null : amount(today["usd"]) },
  };
}

/** Whether the server would refuse a run that asks a model. */
export function usedUp({ userBudget, userBudgetUsd, today }: Limits): boolean {
  if (userBudget > 0 && today.tokens >= userBudget) return true;
  return userBudgetUsd > 0 && (today.usd === null || today.usd >= userBudgetUsd);
}

/** The limits as sentences, empty where there are none. */
export function limitsSaid(limits: Limits): string {
  const { budget, budgetUsd, userBudget, userBudgetUsd, today } = limits;
  if (usedUp(limits)) return "Your budget of today is used up, until 00:00 UTC. Without a model you can go on.";
  const run = listed([budget ? `${digits(budget)} tokens` : "", budgetUsd ? `${budgetUsd} USD` : ""]);
  const day = listed([
    userBudget ? `${digits(userBudget - today.tokens)} of ${digits(userBudget)} tokens` : "",
    userBudgetUsd ? `${cents(userBudgetUsd - (today.usd ?? 0))} of ${userBudgetUsd} USD` : "",
  ]);
  const said = [run && `A run may take ${run}.`, day && `You have ${day} left today.`];
  return said.filter(Boolean).join(" ");
}

function listed(parts: readonly string[]): string {
  return parts.filter(Boolean).join(" and ");
}

/** Never more than there is. */
function cents(usd: number): string {
  return (Math.floor(usd * 100 + 1e-6) / 100).toFixed(2);
}

const digits = (value: number): string => value.toLocaleString("en");

/** A number, or one that is written as text, as amounts of money are. */
function amount(value: unknown): number {
  const found = typeof value === "string" ? Number(value) : value;
  return typeof found === "number" && Number.isFinite(found) && found > 0 ? found : 0;
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
