/** Names of the contract in words, and who may do what. */
import type { Access } from "../../events.gen";

export const spaced = (name: string): string => name.replaceAll("_", " ");
export const kebab = (name: string): string => name.replaceAll("_", "-");

/** `an author`, `a book`. */
export function a(name: string): string {
  const words = spaced(name);
  return `${/^[aeiou]/.test(words) ? "an" : "a"} ${words}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(words: readonly string[], last = "and"): string {
  if (words.length < 2) return words[0] ?? "";
  return `${words.slice(0, -1).join(", ")} ${last} ${words[words.length - 1]}`;
}

export interface Permitted {
  /** Whether a token is needed. */
  locked: boolean;
  words: string;
}

/** Who may use an operation: `anyone`, `logged in`, `owner or admin`. `rows`: it lists several. */
export function whoMay(access: Access | undefined, rows = false): Permitted {
  const { who = "anyone", roles = [] } = access ?? {};
  switch (who) {
    case "anyone":
      return { locked: false, words: "anyone" };
    case "user":
      return { locked: true, words: "logged in" };
    case "role":
      return { locked: true, words: listed(roles.map(spaced), "or") };
    case "owner": {
      const others = listed(roles.map(spaced), "or");
      if (rows) return { locked: true, words: others ? `own ones; all for ${others}` : "own ones" };
      return { locked: true, words: listed(["owner", ...roles.map(spaced)], "or") };
    }
    default:
      // A newer server may know more; it is never shown as open.
      return { locked: true, words: spaced(String(who)) };
  }
}
