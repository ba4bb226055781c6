/**
 * Content by its hash: fetched once, then kept for ever, for it can never change.
 *
 * What a stream has carried is not fetched again: text put together from chunks is taken when
 * its size and hash are those that the log names.
 */
import { projectUrl } from "./commands";
import { utf8Length } from "./text";

/** The content as text, null where the server has none by this hash. Rejects to be tried again. */
export type BlobSource = (projectId: string, sha256: string) => Promise<string | null>;

export const RETRY_MS = { first: 1_000, last: 30_000 };

export async function fetchBlob(projectId: string, sha256: string): Promise<string | null> {
  const response = await fetch(`${projectUrl(projectId)}/blobs/${sha256}`);
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`The content came with status ${response.status}.`);
  return response.text();
}

/** The contents of one project. `changed` is called when one has arrived or was put right. */
export class Contents {
  readonly #projectId: string;
  readonly #source: BlobSource;
  readonly #changed: () => void;
  readonly #texts = new Map<string, string>();
  readonly #asked = new Set<string>();

  constructor(projectId: string, source: BlobSource, changed: () => void) {
    this.#projectId = projectId;
    this.#source = source;
    this.#changed = changed;
  }

  /** The content, or undefined while it is fetched and where there is none. */
  get(sha256: string): string | undefined {
    const text = this.#texts.get(sha256);
    if (text === undefined) this.#ask(sha256, RETRY_MS.first);
    return text;
  }

  /** Take `text` for the content of that size and hash, if it is. */
  offer(sha256: string, size: number, text: string): void {
    if (this.#texts.has(sha256) || utf8Length(text) !== size) return;
    this.#texts.set(sha256, text);
    void this.#verify(sha256, text);
  }

  async #verify(sha256: string, text: string): Promise<void> {
    if ((await digest(text)) === sha256) return;
    // Without the browser's cryptography (plain HTTP from another host) nothing can be told from
    // the text alone; the text stays until the fetched one has come.
    this.#ask(sha256, RETRY_MS.first);
  }

  #ask(sha256: string, delay: number): void {
    if (this.#asked.has(sha256)) return;
    this.#asked.add(sha256);
    void this.#fetch(sha256, delay);
  }

  async #fetch(sha256: string, delay: number): Promise<void> {
    let text: string | null;
    try {
      text = await this.#source(this.#projectId, sha256);
    } catch {
      setTimeout(() => {
        void this.#fetch(sha256, Math.min(2 * delay, RETRY_MS.last));
      }, delay);
      return;
    }
    const before = this.#texts.get(sha256);
    if (text === null) this.#texts.delete(sha256);
    else this.#texts.set(sha256, text);
    if (before !== (text ?? undefined)) this.#changed();
  }
}

/** SHA-256 of the text's UTF-8 in hexadecimal; null where the browser offers none. */
async function digest(text: string): Promise<string | null> {
  const subtle = (globalThis.crypto as Crypto | undefined)?.subtle;
  if (!subtle) return null;
  const bytes = await subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
