/** What is set on the server, without secrets, and a round trip to each model. */
import { json, send } from "../../stream/commands";

export interface Model {
  name: string;
  provider: string;
  /** Where it is asked. */
  place: string;
  /** The variable that holds a key for it; null without a key. */
  key: string | null;
  /** What it is asked for: plan, write, repair. */
  works: string[];
}

export interface Settings {
  model: string | null;
  models: Model[];
  planner: string;
  author: string;
  budget: number;
  budgetUsd: string;
  budgetSeconds: number;
  userBudget: number;
  userBudgetUsd: string;
  /** What the one who looks has used since 00:00 UTC; `usd` is null where a price is not known. */
  today: { tokens: number; usd: string | null };
  pace: number;
  keepDays: number;
  database: string;
  targets: string[];
}

export interface Trial {
  asked: string;
  answer: string;
  /** Milliseconds until the first text, null without any. */
  firstMs: number | null;
  durationMs: number;
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
  /** USD as a decimal, null where no price is known. */
  cost: string | null;
  /** The answer came in one moment: something in between does not stream. */
  keptBack: boolean;
  /** What went wrong, in the provider's words; empty where it answered. */
  problem: string;
  hint: string;
}

export interface Tried {
  model: Model;
  trial: Trial;
}

export async function getSettings(signal: AbortSignal): Promise<Settings> {
  const response = await send("GET", "/api/settings", undefined, signal);
  return (await json(response)) as Settings;
}

/** Asks each model once; it may take as long as the slowest of them. */
export async function testModels(signal: AbortSignal): Promise<Tried[]> {
  const response = await send("POST", "/api/settings/test", undefined, signal);
  return ((await json(response)) as { models: Tried[] }).models;
}

/** The works in words: `plans, files and repairs`. */
export function worksSaid(works: readonly string[]): string {
  const words: Record<string, string> = { plan: "plans", write: "files", repair: "repairs" };
  const said = works.map((work) => words[work] ?? work);
  return said.length < 2 ? said.join("") : `${said.slice(0, -1).join(", ")} and ${said.at(-1)}`;
}

/** Times, tokens and price of an answer on one line. */
export function costSaid(trial: Trial): string {
  const cached = trial.cachedInputTokens ? ` (${digits(trial.cachedInputTokens)} cached)` : "";
  const tokens = trial.outputTokens
    ? `${digits(trial.inputTokens)} tokens in${cached}, ${digits(trial.outputTokens)} out`
    : "tokens not told";
  const price = trial.cost === null ? "price unknown" : `${trial.cost} USD`;
  return `First word after ${digits(trial.firstMs ?? 0)} ms, whole after ${digits(trial.durationMs)} ms; ${tokens}; ${price}`;
}

/** A whole number with its thousands apart. */
export function digits(value: number): string {
  return value.toLocaleString("en");
}
