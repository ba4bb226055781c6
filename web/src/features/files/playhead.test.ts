import { expect, test } from "vitest";
import { Playhead, type Source, STALLED_MS } from "./playhead";

const file = (path: string, length: number, more: Partial<Source> = {}): Source => ({
  path,
  key: "run:1",
  text: "x".repeat(length),
  history: 0,
  writing: true,
  ...more,
});

function started(): Playhead {
  const head = new Playhead();
  head.sync([], 0, true);
  return head;
}

/** Runs frames of 16 ms until nothing waits; returns the milliseconds it took. */
function drain(head: Playhead, from: number, viewed: string): number {
  let now = from;
  let seen = viewed;
  head.frame(now, seen);
  while (head.backlog > 0 && now < from + 60_000) {
    now += 16;
    seen = head.next(seen, now) ?? seen;
    head.frame(now, seen);
  }
  return now - from;
}

test("what is there at the first look appears at once", () => {
  const head = new Playhead();
  head.sync([file("a.py", 500), file("b.py", 70, { writing: false })], 0, true);
  expect([head.shown("a.py"), head.shown("b.py"), head.backlog]).toEqual([500, 70, 0]);
});

test("live text is typed at about ten characters every fifty milliseconds", () => {
  const head = started();
  head.sync([file("a.py", 60)], 0, true);
  head.frame(0, "a.py");
  head.frame(50, "a.py");
  expect(head.shown("a.py")).toBe(10);
});

test("a burst over many files is through within three seconds", () => {
  const head = started();
  const files = Array.from({ length: 20 }, (_, i) => file(`f${i}.py`, 1000, { writing: false }));
  head.sync(files, 0, true);
  expect(drain(head, 0, "f0.py")).toBeLessThan(3000);
  for (const { path } of files) expect(head.shown(path)).toBe(1000);
});

test("after a pause time does not count as typing time", () => {
  const head = started();
  head.sync([file("a.py", 10)], 0, true);
  drain(head, 0, "a.py");
  head.sync([file("a.py", 1000)], 60_000, true);
  head.frame(60_000, "a.py");
  expect(head.shown("a.py")).toBe(10);
});

test("the follower sees files in the order in which they were begun, each to its end", () => {
  const head = started();
  head.sync([file("b.py", 40, { writing: false }), file("a.py", 40)], 0, true);
  const seen: string[] = [];
  let viewed: string | null = null;
  for (let now = 0; now < 2000; now += 16) {
    const next: string | null = head.next(viewed, now);
    if (next) {
      if (viewed) expect(head.shown(viewed)).toBe(40);
      seen.push(next);
      viewed = next;
    }
    head.frame(now, viewed);
  }
  expect(seen).toEqual(["b.py", "a.py"]);
});

test("files that are typed within one frame leave the follower at the last of them", () => {
  const head = started();
  head.sync([file("long.txt", 50, { writing: false }), file("README.md", 1, { writing: false })], 0, true);
  head.frame(0, "long.txt");
  head.frame(3000, "long.txt");
  expect(head.backlog).toBe(0);
  expect(head.next("long.txt", 3000)).toBe("README.md");
  expect(head.next("README.md", 3000)).toBeNull();
});

test("whoever looks at what was there before is not led away", () => {
  const head = new Playhead();
  head.sync([file("a.py", 50, { writing: false }), file("b.py", 50, { writing: false })], 0, true);
  expect(head.next("a.py", 100)).toBeNull();
});

test("a file that stalls is left for one that grows, one that grows is not", () => {
  const head = started();
  head.sync([file("a.py", 0), file("b.py", 30)], 0, true);
  expect(head.next("a.py", STALLED_MS - 1)).toBeNull();
  expect(head.next("a.py", STALLED_MS)).toBe("b.py");
});

test("a file begun anew starts from nothing", () => {
  const head = started();
  head.sync([file("a.py", 100, { writing: false })], 0, true);
  head.reveal("a.py");
  head.sync([file("a.py", 20, { key: "run:2" })], 10, true);
  expect(head.shown("a.py")).toBe(0);
});

test("history that a reconnection brings is not typed", () => {
  const head = started();
  head.sync([file("a.py", 100)], 0, true);
  head.sync([file("a.py", 400, { history: 300 })], 10, true);
  expect(head.shown("a.py")).toBe(300);
});

test("without typing everything stands at once", () => {
  const head = started();
  head.sync([file("a.py", 100)], 0, false);
  expect(head.shown("a.py")).toBe(100);
});

test("a surrogate pair is never cut", () => {
  const head = started();
  head.sync([file("a.py", 0, { text: "😀".repeat(50) })], 0, true);
  head.frame(0, "a.py");
  for (let now = 7; now < 400; now += 7) {
    head.frame(now, "a.py");
    expect(head.shown("a.py") % 2).toBe(0);
  }
});

test("files ahead are those begun after the one left", () => {
  const head = started();
  head.sync([file("a.py", 1), file("b.py", 1), file("c.py", 1)], 0, true);
  expect([head.ahead("a.py"), head.ahead("c.py"), head.ahead(null)]).toEqual([2, 0, 3]);
});
