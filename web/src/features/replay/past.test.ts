/** The past of every golden log is what the live fold made of it, at each of its events. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { CodeChunk, ForgeEvent, Snapshot } from "../../events.gen";
import { empty } from "../../stream/empty";
import { reduce } from "../../stream/reduce";
import { markAfter, markAt, markBefore, marksOf } from "./marks";
import { EVERY, Past, SILENCE_MS } from "./past";

const golden = new URL("../../../../tests/golden/", import.meta.url);
const names = readdirSync(golden)
  .filter((name) => name.endsWith(".jsonl"))
  .map((name) => name.replace(".jsonl", ""));

function logOf(name: string): ForgeEvent[] {
  const lines = readFileSync(new URL(`${name}.jsonl`, golden), "utf-8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as ForgeEvent);
}

function pastOf(log: readonly ForgeEvent[], page = log.length): Past {
  const past = new Past("p-golden");
  for (let at = 0; at < log.length; at += page) past.extend(log.slice(at, at + page));
  return past;
}

function fold(log: readonly ForgeEvent[]): Snapshot {
  return log.reduce(reduce, empty("p-golden"));
}

/** Every seq once, far ones after near ones. */
function shuffled(last: number): number[] {
  return Array.from({ length: last + 1 }, (_, at) => (at * 7919) % (last + 1));
}

test("there are golden logs", () => {
  expect(names.length).toBeGreaterThanOrEqual(8);
});

describe.each(names)("%s", (name) => {
  const said = logOf(name);
  const log = said.filter((event, at) => said.findIndex(({ seq }) => seq === event.seq) === at);

  test("is at each event what the fold of all up to it is, in whatever order it is asked", () => {
    const past = pastOf(said, 7);
    for (const seq of shuffled(log.length)) expect(past.at(seq)).toEqual(fold(log.slice(0, seq)));
  });

  test("ends as the server's snapshot does", () => {
    const expected = JSON.parse(readFileSync(new URL(`${name}.json`, golden), "utf-8")) as Snapshot;
    expect(JSON.parse(JSON.stringify(pastOf(said).at(Infinity)))).toStrictEqual(expected);
  });

  test("marks stand in order, at events that are there", () => {
    const seqs = marksOf(log).map(({ seq }) => seq);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(seqs.every((seq) => seq >= 1 && seq <= log.length)).toBe(true);
  });
});

function long(chunks: number): ForgeEvent[] {
  const said = { projectId: "p-golden", run: "r" };
  const begin: ForgeEvent = { type: "file:generating", path: "a.py", attempt: 1, author: "model", ...said, seq: 1, ts: 0 };
  const chunk = (at: number): CodeChunk => {
    return { type: "code:chunk", path: "a.py", attempt: 1, at: 2 * at, text: "x\n", ...said, seq: at + 2, ts: at };
  };
  return [begin, ...Array.from({ length: chunks }, (_, at) => chunk(at))];
}

test("a state costs no more steps than lie between two that are kept", () => {
  const past = pastOf(long(20_000), 5_000);
  const asked = [20_001, 3, EVERY, 10_000, EVERY - 1];
  expect(asked.map((seq) => past.at(seq).files[0]?.text?.length)).toEqual(asked.map((seq) => 2 * (seq - 1)));
});

test("silence is played short, and every moment has its last event", () => {
  const log = long(3).map((event, at) => ({ ...event, ts: [0, 10, 60_000, 60_000][at] as number }));
  const past = pastOf(log);
  expect([1, 2, 3, 4].map((seq) => past.time(seq))).toEqual([0, 10, 10 + SILENCE_MS, 10 + SILENCE_MS]);
  expect([-1, 0, 9, 10, SILENCE_MS, 10 + SILENCE_MS, 99_999].map((time) => past.seqAt(time))).toEqual([0, 1, 1, 2, 2, 4, 4]);
  expect(past.length).toBe(10 + SILENCE_MS);
});

test("clocks that go back lose no time, and a gap is refused", () => {
  const log = long(2).map((event, at) => ({ ...event, ts: [5, 3, 4][at] as number }));
  const past = pastOf(log);
  expect(past.length).toBe(1);
  expect(() => past.extend([{ ...(log[0] as ForgeEvent), seq: 9 }])).toThrow(RangeError);
});

test("each run, step, file and end can be gone to", () => {
  const log = logOf("repaired");
  const marks = marksOf(log);
  const labels = marks.map(({ label }) => label);
  expect(labels.slice(0, 3)).toEqual(["Run 1", "Planning", "Generating"]);
  expect(labels).toContain("Repairing, round 1");
  expect(labels.at(-1)).toBe("Version 1");
  const files = log.filter((event) => event.type === "file:generating");
  expect(marks.filter(({ kind }) => kind === "file")).toHaveLength(files.length);
  const second = marks[1]?.seq as number;
  expect(markAt(marks, second)?.label).toBe("Planning");
  expect(markBefore(marks, second)?.label).toBe("Run 1");
  expect(markAfter(marks, second)?.label).toBe("Generating");
  expect(markAt(marks, 0)).toBeUndefined();
});
