/** Sends a request to an API and reads its answer, as far as it can be shown. */
import { retryAfter } from "../../stream/backoff";

/** The most of a body that is read. */
export const MOST_BYTES = 2_000_000;
/** The header in which a preview says who answers. */
const MARK = "X-Smart-Forge-Preview";
const TEXT = /^text\/|[/+](json|xml|yaml|javascript|x-www-form-urlencoded|x-ndjson)$/;

export type Answerer = "contract" | "real";

export type Body =
  | { kind: "none" }
  /** `json`: it was JSON and stands pretty-printed. */
  | { kind: "text"; text: string; json: boolean }
  | { kind: "binary"; type: string };

export interface Answer {
  status: number;
  reason: string;
  /** Null where Smart Forge itself answered, in place of the API. */
  from: Answerer | null;
  headers: [string, string][];
  body: Body;
  /** Bytes of the body that were read; `cut`: there were more. */
  size: number;
  cut: boolean;
  ms: number;
  /** Milliseconds to wait before asking again, where the answer says so. */
  retryMs: number | null;
  /** It leads elsewhere; the browser does not say where, and the console does not follow. */
  redirects: boolean;
}

/** Rejects where no answer came, or the signal was aborted. */
export async function ask(url: string, init: RequestInit): Promise<Answer> {
  const began = performance.now();
  const response = await fetch(url, { ...init, redirect: "manual", cache: "no-store" });
  const { bytes, cut } = await readUpTo(response, MOST_BYTES);
  const mark = response.headers.get(MARK);
  const type = (response.headers.get("Content-Type") ?? "").split(";")[0]!.trim().toLowerCase();
  return {
    status: response.status,
    reason: response.statusText,
    from: mark === null ? null : mark === "contract" ? "contract" : "real",
    headers: [...response.headers],
    body: shownAs(bytes, type, cut),
    size: bytes.byteLength,
    cut,
    ms: Math.max(0, performance.now() - began),
    retryMs: retryAfter(response),
    redirects: response.type === "opaqueredirect",
  };
}

/** Text where the type says so, or says nothing and the bytes are text. */
export function shownAs(bytes: Uint8Array, type: string, cut: boolean): Body {
  if (bytes.byteLength === 0) return { kind: "none" };
  const binary: Body = { kind: "binary", type: type || "of no type" };
  if (type !== "" && !TEXT.test(type)) return binary;
  let text: string;
  try {
    // Where it was cut, the last character may be half.
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes, { stream: cut });
  } catch {
    return binary;
  }
  if (text.includes("\0")) return binary;
  // Numbers that JavaScript cannot hold would be shown as others: such a text stays as it came.
  if (cut || !/json$/.test(type) || /[:[,\s]-?\d{16,}/.test(text)) return { kind: "text", text, json: false };
  try {
    return { kind: "text", text: JSON.stringify(JSON.parse(text), null, 2), json: true };
  } catch {
    return { kind: "text", text, json: false };
  }
}

async function readUpTo(response: Response, most: number): Promise<{ bytes: Uint8Array; cut: boolean }> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  let cut = false;
  const reader = response.body?.getReader();
  while (reader) {
    const { done, value } = await reader.read();
    if (done) break;
    const room = most - size;
    pieces.push(value.byteLength > room ? value.subarray(0, room) : value);
    size += Math.min(value.byteLength, room);
    if (value.byteLength > room) {
      cut = true;
      await reader.cancel();
      break;
    }
  }
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.byteLength;
  }
  return { bytes, cut };
}
