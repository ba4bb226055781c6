/** What this page did not see being made is fetched, no less and no more. */
import { afterEach, expect, test, vi } from "vitest";

import type { Arrival } from "../../stream/recorder";
import { earlier, missing, MOST, PAGE } from "./earlier";

afterEach(() => vi.unstubAllGlobals());

function arrival(number: number, type: string, projectId: string | null, seq: number | null): Arrival {
  return { number, at: 0, type, projectId, seq, ts: null, data: {} };
}

test("a snapshot holds what is missing, an event is preceded by it", () => {
  const arrived = [
    arrival(1, "connection", null, null),
    arrival(2, "snapshot", "p", 7),
    arrival(3, "usage", "p", 8),
    arrival(4, "usage", "q", 3),
    arrival(5, "project:created", "r", 1),
  ];
  expect([...missing(arrived)]).toEqual([
    ["p", 7],
    ["q", 2],
  ]);
});

test("a long log is fetched page by page, the newest of it", async () => {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (url: string) => {
    asked.push(url);
    const query = new URLSearchParams(url.split("?")[1]);
    const [after, limit] = [Number(query.get("after")), Number(query.get("limit"))];
    const events = Array.from({ length: limit }, (_, at) => ({
      type: "usage",
      projectId: "p",
      seq: after + at + 1,
      ts: 5,
    }));
    return Promise.resolve(new Response(JSON.stringify({ events })));
  });
  const found = await earlier("p", MOST + PAGE + 3);
  expect(asked).toHaveLength(MOST / PAGE);
  expect(asked[0]).toBe(`/api/projects/p/events?after=${PAGE + 3}&limit=${PAGE}`);
  expect(found).toHaveLength(MOST);
  expect(found[0]).toMatchObject({ seq: PAGE + 4, number: 1 - MOST, at: 5, ts: null });
  expect(found.at(-1)).toMatchObject({ seq: MOST + PAGE + 3, number: 0 });
});

test("a log that turns out to be shorter ends the fetching", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response('{"events":[]}')));
  expect(await earlier("p", 9)).toEqual([]);
});
