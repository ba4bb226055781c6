import { expect, test } from "vitest";
import type { FileState, Snapshot } from "../../events.gen";
import type { Shown } from "./code-editor";
import { type EditorPort, Playback, type Played, REST, REST_MS } from "./playback";

/** An editor that is only its text. */
class FakeEditor implements EditorPort {
  path = "";
  text = "";
  caret = false;
  shows = 0;
  scrolls = 0;
  appends = 0;
  /** Called while text is drawn. */
  drawing = (): void => undefined;

  get length() {
    return this.text.length;
  }
  show(file: Shown, text: string) {
    this.path = file.path;
    this.text = text;
    this.shows += 1;
  }
  append(text: string, follow: boolean) {
    if (!text) return;
    this.text += text;
    this.appends += 1;
    this.drawing();
    if (follow) this.scrolls += 1;
  }
  holds(text: string) {
    return this.text === text;
  }
  setCaret(on: boolean) {
    this.caret = on;
  }
  scrollToEnd() {
    this.scrolls += 1;
  }
}

interface FakeFile {
  path: string;
  text: string;
  state: FileState["state"];
  run?: string;
  history?: number;
}

/** A playback with its editor and frames that pass when they are told to; drawing text takes `cost` ms. */
function stage({ still = false, cost = 0 } = {}) {
  let draw: ((now: number) => void) | null = null;
  let now = performance.now();
  const playback = new Playback(
    (next) => (draw = next),
    () => still,
    () => now,
  );
  const editor = new FakeEditor();
  editor.drawing = () => (now += cost);
  playback.attach(editor);
  const frames = (ms: number) => {
    for (const end = now + ms; now < end && draw; now += 16) {
      const next = draw;
      draw = null;
      next(now);
    }
  };
  return {
    playback,
    editor,
    frames,
    stream: (...files: FakeFile[]) => playback.update(played(files)),
  };
}

function played(files: FakeFile[]): Played {
  const states = files.map(
    ({ path, text, state, run = "r1" }): FileState => ({
      path,
      state,
      author: "model",
      attempt: state === "planned" ? 0 : 1,
      size: text.length,
      sha256: state === "complete" ? "0".repeat(64) : null,
      binary: false,
      purpose: null,
      run,
      ...(state === "writing" ? { text } : {}),
    }),
  );
  const find = (path: string) => files.find((file) => file.path === path);
  return {
    snapshot: { files: states } as unknown as Snapshot,
    textOf: (path) => (find(path)?.state === "planned" ? undefined : find(path)?.text),
    historyOf: (path) => find(path)?.history ?? 0,
  };
}

const writing = (path: string, text: string): FakeFile => ({ path, text, state: "writing" });
const complete = (path: string, text: string, more: Partial<FakeFile> = {}): FakeFile => ({
  path,
  text,
  state: "complete",
  ...more,
});

test("live text is typed into the view, with the caret at its end, and the view follows", () => {
  const { editor, frames, stream } = stage();
  stream();
  stream(writing("a.py", "x".repeat(100)));
  frames(120);
  expect(editor.text.length).toBeGreaterThan(5);
  expect(editor.text.length).toBeLessThan(100);
  expect(editor.caret).toBe(true);
  stream(complete("a.py", "x".repeat(100)));
  frames(3000);
  expect(editor.text).toBe("x".repeat(100));
  expect(editor.caret).toBe(false);
});

test("text is only ever appended, so the file is shown once", () => {
  const { editor, frames, stream } = stage();
  stream();
  for (let length = 1; length < 400; length += 7) {
    stream(writing("a.py", "x".repeat(length)));
    frames(32);
  }
  expect(editor.shows).toBe(1);
});

test("where drawing is slow, most of the time is left to the browser, and nothing is left out", () => {
  const cost = 10;
  const { editor, frames, stream } = stage({ cost });
  stream();
  let length = 0;
  for (let at = 0; at < 1000; at += 16) stream(writing("a.py", "x".repeat((length += 100)))), frames(16);
  expect(editor.appends).toBeGreaterThan(5);
  expect(editor.appends).toBeLessThanOrEqual(Math.ceil(2 * 1000 / ((1 + REST) * cost)));
  frames(1000);
  expect(editor.text).toHaveLength(length);
});

test("one slow drawing holds nothing up for long, and a user's wish not at all", () => {
  const { playback, editor, frames, stream } = stage({ cost: 5000 });
  stream();
  stream(writing("a.py", "aaa"));
  frames(32);
  const { length } = editor.text;
  stream(writing("a.py", "aaaaaa"), complete("b.py", "b", { history: Infinity }));
  frames(REST_MS + 64);
  expect(editor.text.length).toBeGreaterThan(length);
  playback.view("b.py");
  frames(16);
  expect(editor.path).toBe("b.py");
});

test("history stands at once", () => {
  const { editor, frames, stream } = stage();
  stream(writing("a.py", "x".repeat(5000)));
  frames(16);
  expect(editor.text).toHaveLength(5000);
});

test("a reader who has taken over is never moved, and is told how far ahead the writing is", () => {
  const { playback, editor, frames, stream } = stage();
  stream();
  stream(writing("a.py", "aaa"));
  frames(100);
  playback.take();
  const { scrolls } = editor;
  stream(complete("a.py", "aaaa"), complete("b.py", "b"), writing("c.py", "c"));
  frames(3000);
  expect([editor.path, editor.text, editor.scrolls]).toEqual(["a.py", "aaaa", scrolls]);
  expect(playback.state()).toMatchObject({ following: false, viewed: "a.py", ahead: 2, active: true });
});

test("following again goes to what is being written now", () => {
  const { playback, editor, frames, stream } = stage();
  stream();
  stream(writing("a.py", "aaa"));
  frames(100);
  playback.take();
  stream(complete("a.py", "aaa"), complete("b.py", "b".repeat(900)), writing("c.py", "c"));
  playback.follow();
  frames(32);
  expect(editor.path).toBe("c.py");
  expect(playback.state()).toMatchObject({ following: true, ahead: 0 });
});

test("a file that the user opens is there as a whole", () => {
  const { playback, editor, frames, stream } = stage();
  stream();
  stream(complete("a.py", "a".repeat(4000)), writing("b.py", "b"));
  frames(16);
  playback.view("a.py");
  frames(16);
  expect(editor.text).toHaveLength(4000);
});

test("what stood in view stays until its next text comes", () => {
  const { editor, frames, stream } = stage();
  stream(complete("a.py", "old"));
  frames(50);
  stream({ path: "a.py", text: "", state: "planned", run: "r2" });
  frames(50);
  expect(editor.text).toBe("old");
  stream({ path: "a.py", text: "new text", state: "writing", run: "r2" });
  frames(1000);
  expect(editor.text).toBe("new text");
});

test("a text that was put together wrongly is put right", () => {
  const { editor, frames, stream } = stage();
  stream();
  stream(writing("a.py", "wrong"));
  frames(1000);
  stream(complete("a.py", "right"));
  frames(1000);
  expect(editor.text).toBe("right");
});

test("without motion text stands as it arrives", () => {
  const { editor, frames, stream } = stage({ still: true });
  stream();
  stream(writing("a.py", "x".repeat(3000)));
  frames(32);
  expect(editor.text).toHaveLength(3000);
});

test("before anything is chosen the application is in view", () => {
  const { playback, frames, stream } = stage();
  stream(complete("README.md", "r", { history: Infinity }), complete("app/main.py", "m", { history: Infinity }));
  frames(16);
  expect(playback.state().viewed).toBe("app/main.py");
});

test("a moment before is shown as it was, and the view follows from there", () => {
  const { playback, editor, frames } = stage();
  const moment = (seq: number, ...files: FakeFile[]) => {
    const { snapshot, ...rest } = played(files.map((file) => ({ ...file, history: Infinity })));
    playback.update({ ...rest, snapshot: { ...(snapshot as Snapshot), seq } });
    frames(50);
  };
  moment(9, complete("a.py", "aaaa"), writing("b.py", "bbbb"));
  expect(editor.path).toBe("b.py");
  moment(3, writing("a.py", "aa"));
  expect([editor.path, editor.text, editor.caret]).toEqual(["a.py", "aa", true]);
  moment(4, writing("a.py", "aaa"));
  expect(editor.text).toBe("aaa");
  moment(6, complete("a.py", "aaaa"), writing("b.py", "b"));
  frames(100);
  expect([editor.path, editor.text]).toEqual(["b.py", "b"]);
});

test("text that is known before anything was in view stands at once", () => {
  const { editor, frames, stream } = stage();
  stream(complete("app/main.py", "print(1)", { history: Infinity }), complete("b.py", "b", { history: Infinity }));
  frames(50);
  expect([editor.path, editor.text]).toEqual(["app/main.py", "print(1)"]);
});
