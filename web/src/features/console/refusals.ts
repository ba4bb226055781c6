/** Answers that need words: of Smart Forge in place of the API, and those that ask to wait. */
import type { Answer } from "./answer";

export interface Refusal {
  title: string;
  detail: string;
  /** Whether sending it again may help. */
  again: boolean;
}

const TITLES: Record<string, string> = {
  preview_unplanned: "There is no plan yet.",
  preview_gone: "The API has ended, or does not start.",
  preview_slow: "The API gave no answer in time.",
  preview_busy: "The API is busy.",
  preview_full: "Too many requests at once.",
  previews_full: "Too many APIs are awake.",
  preview_stopped: "The server stops.",
  content_too_large: "The body is too large.",
  token_needed: "Smart Forge needs its token.",
};

/** Null where the answer speaks for itself. */
export function refusalOf(answer: Answer): Refusal | null {
  const { from, status, retryMs, redirects } = answer;
  if (redirects) return null;
  const wait = retryMs === null ? "" : `Try again in ${Math.max(1, Math.ceil(retryMs / 1000))} s.`;
  if (from === null) {
    const { code, detail, hint } = problemIn(answer);
    const title = TITLES[code] ?? "Smart Forge answered, in place of the API.";
    const words = [detail, hint, wait].filter(Boolean).join(" ");
    return { title, detail: words, again: status >= 500 || status === 429 };
  }
  if (retryMs !== null && (status === 429 || status === 503)) {
    return { title: "The API asks you to wait.", detail: wait, again: true };
  }
  if (status === 401) {
    return { title: "The API wants to know who asks.", detail: "Register or log in above, then send it again.", again: false };
  }
  return null;
}

function problemIn({ body }: Answer): Record<"code" | "detail" | "hint", string> {
  const none = { code: "", detail: "", hint: "" };
  if (body.kind !== "text" || !body.json) return none;
  const told = JSON.parse(body.text) as Record<string, unknown>;
  const word = (name: string): string => (typeof told?.[name] === "string" ? told[name] : "");
  return { code: word("code"), detail: word("detail"), hint: word("hint") };
}
