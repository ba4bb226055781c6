/** Plays the stream into the editor, frame by frame, and knows whether it follows the writing. */
import type { FileState, Snapshot } from "../../events.gen";
import type { Shown } from "./code-editor";
import { Playhead, type Source } from "./playhead";

/** What playback needs of an editor; `CodeEditor` is one. */
export interface EditorPort {
  readonly length: number;
  show(file: Shown, text: string): void;
  append(text: string, follow: boolean): void;
  holds(text: string): boolean;
  setCaret(on: boolean): void;
  scrollToEnd(): void;
}

/** What playback needs of the stream. */
export interface Played {
  snapshot: Snapshot | null;
  textOf(path: string): string | undefined;
  historyOf(path: string): number;
}

export interface PlaybackState {
  /** The file in view. */
  viewed: string | null;
  following: boolean;
  /** While not following: how many files were begun since. */
  ahead: number;
  /** Text is still going to appear somewhere. */
  active: boolean;
}

/** Calls `draw` with the time in milliseconds at the next frame. */
export type Frames = (draw: (now: number) => void) => void;

/**
 * After text was drawn, so many times as long nothing more is: the browser lays out, paints and
 * answers the user meanwhile. A fast machine draws in every frame, a slow one leaves none out.
 */
export const REST = 3;
/** Milliseconds that text waits for that at most. */
export const REST_MS = 100;

export class Playback {
  #head = new Playhead();
  readonly #listeners = new Set<() => void>();
  readonly #frames: Frames;
  readonly #still: () => boolean;
  readonly #clock: () => number;
  #state: PlaybackState = { viewed: null, following: true, ahead: 0, active: false };
  #played: Played = { snapshot: null, textOf: () => undefined, historyOf: () => 0 };
  #editor: EditorPort | null = null;
  #painted: Shown | null = null;
  #left: string | null = null;
  #scheduled = false;
  #verified: string | null = null;
  #toEnd = false;
  #restsUntil = 0;

  /** `still` says whether the user asked for no motion: then text stands as it arrives. `clock` is that of `frames`. */
  constructor(
    frames: Frames = (draw) => requestAnimationFrame(draw),
    still = prefersNoMotion,
    clock = () => performance.now(),
  ) {
    this.#frames = frames;
    this.#still = still;
    this.#clock = clock;
  }

  readonly state = (): PlaybackState => this.#state;

  readonly subscribe = (changed: () => void): (() => void) => {
    this.#listeners.add(changed);
    return () => this.#listeners.delete(changed);
  };

  attach(editor: EditorPort | null): void {
    this.#editor = editor;
    this.#painted = null;
    this.#schedule();
  }

  /** Take what the stream has now. */
  update(played: Played): void {
    const before = this.#played.snapshot?.seq ?? 0;
    this.#played = played;
    if (!played.snapshot) return;
    if (played.snapshot.seq < before) this.#goBack();
    const now = this.#clock();
    if (this.#state.viewed === null || !this.#file(this.#state.viewed)) {
      this.#set({ viewed: firstOf(played.snapshot.files) });
    }
    this.#sync(now);
    // This is called before its frame is painted: word after word need not wait for the next one.
    if (this.#head.isSteady(now) && now >= this.#restsUntil) this.#frame(now);
    else this.#schedule();
  }

  /** The user reads for themselves: from now on the view stays where it is. */
  readonly take = (): void => {
    if (!this.#state.following) return;
    this.#left = this.#state.viewed;
    this.#set({ following: false, ahead: 0 });
  };

  /** The user picked a file. */
  readonly view = (path: string): void => {
    this.take();
    this.#restsUntil = 0;
    if (this.#file(path)?.state !== "writing") this.#head.reveal(path);
    this.#set({ viewed: path });
    this.update(this.#played);
  };

  readonly follow = (): void => {
    this.#restsUntil = 0;
    if (!this.#state.following && this.#head.active) {
      this.#set({ viewed: this.#head.skipToLast() ?? this.#state.viewed });
      this.#toEnd = true;
    }
    this.#set({ following: true, ahead: 0 });
    this.#schedule();
  };

  /** What is shown is earlier than what was, as in a replay: nothing of it is typed. */
  #goBack(): void {
    this.#head = new Playhead();
    if (this.#state.following) this.#set({ viewed: firstOf(this.#played.snapshot?.files ?? []) });
  }

  #sync(now: number): void {
    this.#head.sync(this.#sources(), now, !this.#still());
  }

  #sources(): Source[] {
    const { snapshot, textOf, historyOf } = this.#played;
    const sources: Source[] = [];
    for (const file of snapshot?.files ?? []) {
      const { path, state } = file;
      const history = historyOf(path);
      // Asking for a text fetches it: for what nobody looks at, only text that came by itself.
      const live = state === "complete" && history !== Infinity;
      const wanted = file.text !== undefined || live || path === this.#state.viewed;
      const text = wanted ? textOf(path) : undefined;
      if (text === undefined) continue;
      sources.push({ path, key: keyOf(file), text, history, writing: state === "writing" });
    }
    return sources;
  }

  #schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    this.#frames((now) => {
      this.#scheduled = false;
      if (now >= this.#restsUntil) this.#frame(now);
      else this.#schedule();
    });
  }

  #frame(now: number): void {
    this.#head.frame(now, this.#state.viewed);
    if (this.#state.following) {
      const next = this.#head.next(this.#state.viewed, now);
      if (next) {
        this.#set({ viewed: next });
        this.#sync(now); // Of what was not in view, a later text may be known.
      }
    }
    this.#paint();
    const ahead = this.#state.following ? 0 : this.#head.ahead(this.#left);
    this.#set({ ahead, active: this.#head.active });
    if (this.#head.backlog > 0) this.#schedule();
  }

  #paint(): void {
    const { viewed, following } = this.#state;
    const file = viewed === null ? undefined : this.#file(viewed);
    const editor = this.#editor;
    if (!editor || !file) return;
    const { path } = file;
    const known = this.#head.textOf(path, keyOf(file));
    if (known === undefined) {
      // Not written yet, or still being fetched. What stood here before stays until it changes.
      if (this.#painted?.path !== path) this.#show({ path, key: "" }, "");
      return;
    }
    const shown = this.#head.shown(path);
    const painted = this.#painted;
    const goesOn = painted?.path === path && painted.key === keyOf(file) && editor.length <= shown;
    if (goesOn) {
      const began = this.#clock();
      editor.append(known.slice(editor.length, shown), following);
      const drawn = this.#clock();
      this.#restsUntil = drawn + Math.min(REST_MS, REST * (drawn - began));
    } else {
      this.#show({ path, key: keyOf(file) }, known.slice(0, shown));
      if (following && this.#head.typing(path)) this.#toEnd = true;
    }
    if (this.#toEnd) editor.scrollToEnd();
    this.#toEnd = false;
    editor.setCaret(this.#head.typing(path));
    if (file.state === "complete" && shown === known.length) this.#verify(known, file);
  }

  #show(file: Shown, text: string): void {
    this.#painted = file;
    this.#editor?.show(file, text);
    this.#editor?.setCaret(false);
  }

  /** Text put together from chunks may be put right by the stored one; once whole, they agree. */
  #verify(text: string, file: FileState): void {
    if (this.#verified === text) return;
    this.#verified = text;
    if (!this.#editor?.holds(text)) this.#show({ path: file.path, key: keyOf(file) }, text);
  }

  #file(path: string): FileState | undefined {
    return this.#played.snapshot?.files.find((file) => file.path === path);
  }

  #set(changes: Partial<PlaybackState>): void {
    const next = { ...this.#state, ...changes };
    const same = (Object.keys(next) as (keyof PlaybackState)[]).every((key) => next[key] === this.#state[key]);
    if (same) return;
    this.#state = next;
    for (const changed of this.#listeners) changed();
  }
}

/** Tells one text of a path from the next one. */
function keyOf(file: FileState): string {
  return `${file.run}:${file.attempt}`;
}

/** What to show before anything is written or chosen: the application itself, if it is there. */
function firstOf(files: readonly FileState[]): string | null {
  const there = files.filter((file) => file.state !== "planned" && !file.binary);
  const writing = there.find((file) => file.state === "writing");
  return (writing ?? there.find((file) => /(^|\/)main\.\w+$/.test(file.path)) ?? there[0])?.path ?? null;
}

function prefersNoMotion(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}
