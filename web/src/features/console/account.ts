/** Registering and logging in through the API's own routes. Tokens stay in memory. */
import type { Answer } from "./answer";
import { type OpenApi, operationsIn, type Operation, resolved, type Schema } from "./document";
import { exampleOf } from "./example";

export interface Account {
  /** What it is called, by the account itself or by what was typed. */
  name: string;
  /** Null where the API has no roles. */
  role: string | null;
  token: string;
}

export interface Entry {
  register: Operation | null;
  login: Operation;
}

/** The routes of accounts; null where there are none. */
export function entryOf(document: OpenApi): Entry | null {
  const all = operationsIn(document);
  const login = all.find(({ key }) => key === "POST /auth/login");
  const register = all.find(({ key }) => key === "POST /auth/register") ?? null;
  return login ? { register, login } : null;
}

/** What a form for the operation asks for, with values that are valid. */
export function fieldsOf(document: OpenApi, operation: Operation): { name: string; schema: Schema; value: string }[] {
  const { properties = {}, required = [] } = operation.body?.schema ?? {};
  return Object.entries(properties)
    .filter(([name]) => required.includes(name))
    .map(([name, given]) => {
      const schema = resolved(document, given);
      return { name, schema, value: String(exampleOf(document, schema, name, () => undefined)) };
    });
}

/** Typed values as the schema wants them: numbers as numbers. */
export function typed(values: Record<string, string>, operation: Operation): Record<string, unknown> {
  const { properties = {} } = operation.body?.schema ?? {};
  return Object.fromEntries(
    Object.entries(values)
      .filter(([name]) => name in properties)
      .map(([name, value]) => {
        const { type } = properties[name] ?? {};
        const number = type === "integer" || type === "number" ? Number(value) : NaN;
        return [name, Number.isNaN(number) ? (type === "boolean" ? value === "true" : value) : number];
      }),
  );
}

export type Sent = (path: string, init: RequestInit) => Promise<Answer>;

/** Log in, and ask who that is. Throws an `Error` that says what went wrong. */
export async function logIn(send: Sent, operation: Operation, values: Record<string, string>): Promise<Account> {
  const answer = await send("auth/login", posted(typed(values, operation)));
  const token = tokenIn(answer);
  if (token === null) throw new Error(refusalIn(answer));
  return describe(send, token, Object.values(values)[0] ?? "");
}

/** Rejects with an `Error` where the API refuses. */
export async function register(send: Sent, operation: Operation, values: Record<string, string>): Promise<void> {
  const answer = await send("auth/register", posted(typed(values, operation)));
  if (answer.status !== 201 && answer.status !== 200) throw new Error(refusalIn(answer));
}

/** The token that an answer to a login holds. */
export function tokenIn({ status, body }: Answer): string | null {
  if (status !== 200 || body.kind !== "text" || !body.json) return null;
  const told = JSON.parse(body.text) as Record<string, unknown>;
  return typeof told["access_token"] === "string" ? told["access_token"] : null;
}

/** Whose token it is, as far as the API tells. */
export async function describe(send: Sent, token: string, name: string): Promise<Account> {
  const account: Account = { name, role: null, token };
  try {
    const { status, body } = await send("auth/me", { headers: { Authorization: `Bearer ${token}` } });
    if (status !== 200 || body.kind !== "text" || !body.json) return account;
    const me = JSON.parse(body.text) as Record<string, unknown>;
    const called = [me["email"], me["username"], me["name"]].find((one) => typeof one === "string");
    if (typeof called === "string" && name === "") account.name = called;
    if (typeof me["role"] === "string") account.role = me["role"];
  } catch {
    // It logs in all the same; who it is stays unsaid.
  }
  return account;
}

/** What the API says is wrong, in one line. */
function refusalIn({ status, body, from }: Answer): string {
  if (body.kind === "text" && body.json) {
    const told = JSON.parse(body.text) as { detail?: unknown; errors?: { location: unknown[]; message: string }[] };
    const first = told.errors?.[0];
    const where = first ? ` ${String(first.location.at(-1))}: ${first.message}` : "";
    if (typeof told.detail === "string") return told.detail + where;
  }
  return `${from === null ? "Smart Forge" : "The API"} answered with status ${status}.`;
}

function posted(body: unknown): RequestInit {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}
