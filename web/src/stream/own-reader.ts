/** A reader in the page itself. While nobody sees the page it asks now and then, and streams not. */
import type { ReaderListener } from "./listener";
import type { Reader, ReaderFigures } from "./page-reader";
import { StreamReader } from "./reader";
import type { Snapshot } from "./types";

export class OwnReader implements Reader {
  readonly #reader: StreamReader;
  readonly #watched = new Set<string>();

  constructor(listener: ReaderListener) {
    this.#reader = new StreamReader({
      ...listener,
      gone: (projectId) => {
        this.#watched.delete(projectId);
        listener.gone(projectId);
      },
    });
    const seen = (): void => {
      this.#reader.rest(document.hidden);
      if (!document.hidden) this.#reader.wake();
    };
    document.addEventListener("visibilitychange", seen);
    addEventListener("online", () => this.#reader.wake());
    seen();
  }

  watch(projectId: string, known: Snapshot | null): void {
    this.#watched.add(projectId);
    this.#reader.watch(projectId, known?.seq);
  }

  unwatch(projectId: string): void {
    this.#watched.delete(projectId);
    this.#reader.unwatch(projectId);
  }

  figures(): Promise<ReaderFigures> {
    const projects = this.#watched.size;
    return Promise.resolve({ ...this.#reader.figures(), place: "page", tabs: 1, projects });
  }
}
