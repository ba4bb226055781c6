/** The fold agrees with its twin in Python on every golden log, and holds for logs cut anywhere. */
import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, test } from "vitest";

import type { ForgeEvent, Snapshot } from "../events.gen";
import { empty } from "./empty";
import { reduce } from "./reduce";

const golden = new URL("../../../tests/golden/", import.meta.url);
const names = readdirSync(golden)
  .filter((name) => name.endsWith(".jsonl"))
  .map((name) => name.replace(".jsonl", ""));

function events(name: string): ForgeEvent[] {
  const text = readFileSync(new URL(`${name}.jsonl`, golden), "utf-8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as ForgeEvent);
}

function expected(name: string): Snapshot {
  return JSON.parse(readFileSync(new URL(`${name}.json`, golden), "utf-8")) as Snapshot;
}

/** As it would arrive over the wire: no identities, no undefined. */
function wired<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

function fold(log: ForgeEvent[], start = empty("p-golden")): Snapshot {
  return log.reduce(reduce, start);
}

test("there are golden logs", () => {
  expect(names.length).toBeGreaterThanOrEqual(8);
});

describe.each(names)("%s", (name) => {
  test("folds to what Python folds it to", () => {
    expect(wired(fold(events(name)))).toStrictEqual(expected(name));
  });

  test("folds to the same with a snapshot in between, anywhere", () => {
    const log = events(name);
    for (let cut = 0; cut <= log.length; cut += 1) {
      const state = wired(fold(log.slice(0, cut)));
      expect(wired(fold(log.slice(cut), state))).toStrictEqual(expected(name));
    }
  });

  test("folds to the same when all is said again", () => {
    const log = events(name);
    const state = fold(log);
    expect(fold(log, state)).toBe(state);
  });

  test("never lets progress fall within a run", () => {
    let before = empty("p-golden");
    for (const event of events(name)) {
      const now = reduce(before, event);
      const floor = event.type === "run:started" ? 0 : before.progress;
      expect(now.progress).toBeGreaterThanOrEqual(floor);
      expect(now.progress).toBeLessThanOrEqual(100);
      expect(Number.isInteger(now.progress)).toBe(true);
      before = now;
    }
  });

  test("never changes a state that was given out", () => {
    let now = empty("p-golden");
    for (const event of events(name)) {
      const copy = wired(now);
      const next = reduce(now, event);
      expect(wired(now)).toStrictEqual(copy);
      now = next;
    }
  });
});

test("a chunk leaves everything but its file as it was, identity included", () => {
  const log = events("unfinished");
  const last = log.at(-1);
  const before = fold(log.slice(0, -1));
  if (last?.type !== "code:chunk") throw new Error("the log ends with another event");
  const after = reduce(before, last);
  for (const key of Object.keys(before) as (keyof Snapshot)[]) {
    if (key !== "seq" && key !== "files") expect(after[key]).toBe(before[key]);
  }
  const same = after.files.filter((file, at) => file === before.files[at]);
  expect(same).toHaveLength(before.files.length - 1);
});

test("a queued follow-up leaves the run that is on alone", () => {
  const log = events("follow_ups_waiting");
  const at = log.findIndex((event) => event.type === "run:queued" && event.position === 1);
  const before = fold(log.slice(0, at));
  const after = fold(log.slice(0, at + 1));
  expect(after.queue).toHaveLength(1);
  expect({ ...after, queue: [], seq: 0 }).toStrictEqual({ ...before, queue: [], seq: 0 });
});
