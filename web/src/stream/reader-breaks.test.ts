/** What the reader does when the connection breaks, falls silent or does not get through. */
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { GATHER_MS } from "./poller";
import { eventAt, pass, ReaderProbe } from "./testing";
import { PAGE } from "./wire";

let probe: ReaderProbe;

beforeEach(() => {
  vi.useFakeTimers();
  probe = new ReaderProbe();
});

afterEach(() => {
  probe.reader.close();
  vi.useRealTimers();
});

describe("a broken connection", () => {
  test("is opened again after 1 s, then 2, 4, 5 and 5 s, and then is lost", async () => {
    probe.reader.watch("p", 0);
    await pass(30);
    const waits: number[] = [];
    for (let tries = 1; tries <= 5; tries += 1) {
      probe.server.last("/api/stream").unreachable();
      let waited = 0;
      while (probe.server.all("/api/stream").length === tries) {
        await pass(100);
        waited += 100;
      }
      waits.push(waited);
    }
    expect(waits).toEqual([1_000, 2_000, 4_000, 5_000, 5_000]);
    expect(probe.links[0]).toBe("lost");
  });

  test("starts from 1 s again once a stream has brought something", async () => {
    const stream = await probe.opened(3);
    stream.end();
    await pass(1_000);
    probe.server.last("/api/stream").unreachable();
    await pass(2_000);
    const third = probe.server.last("/api/stream");
    third.open();
    third.data(eventAt(4));
    await pass(0);
    third.end();
    await pass(1_000);
    expect(probe.server.all("/api/stream")).toHaveLength(4);
    expect(probe.server.last("/api/stream").url).toBe("/api/stream?at=p:4");
  });

  test("is not worth a word when it heals at once", async () => {
    const stream = await probe.opened(3);
    stream.end();
    await pass(1_000);
    probe.server.last("/api/stream").open();
    await pass(0);
    expect(probe.links).toEqual(["live", "connecting", "live"]);
  });

  test("waits as long as a stream's retry says", async () => {
    const stream = await probe.opened(3);
    stream.text("retry: 300\n\n");
    stream.end();
    await pass(299);
    expect(probe.server.all("/api/stream")).toHaveLength(1);
    await pass(1);
    expect(probe.server.all("/api/stream")).toHaveLength(2);
  });

  test.each([429, 503])("waits as long as status %i asks for", async (status) => {
    probe.reader.watch("p", 0);
    await pass(30);
    probe.server.last("/api/stream").status(status, { "Retry-After": "7" });
    await pass(6_900);
    expect(probe.server.all("/api/stream")).toHaveLength(1);
    await pass(100);
    expect(probe.server.all("/api/stream")).toHaveLength(2);
  });

  test("is given up where the server refuses, and says why", async () => {
    probe.reader.watch("p", 0);
    await pass(30);
    probe.server.last("/api/stream").json({ title: "No token", detail: "Log in." }, 401);
    await pass(60_000);
    expect(probe.links).toEqual(["closed 401 No token"]);
    expect(probe.server.asked).toHaveLength(1);
    probe.reader.watch("p", 0);
    await pass(30);
    expect(probe.server.asked).toHaveLength(2);
  });

  test("with a line that is no JSON is opened anew", async () => {
    const stream = await probe.opened(3);
    stream.text("data: {\n\n");
    await pass(1_000);
    expect(probe.server.all("/api/stream")).toHaveLength(2);
  });
});

describe("the watchdog", () => {
  test("leaves a stream after 20 s without a byte", async () => {
    const stream = await probe.opened();
    await pass(19_900);
    expect(stream.aborted).toBe(false);
    await pass(200);
    expect(stream.aborted).toBe(true);
  });

  test("counts comments, which are no events", async () => {
    const stream = await probe.opened();
    for (let beats = 0; beats < 5; beats += 1) {
      await pass(15_000);
      stream.text(": beat\n\n");
    }
    await pass(15_000);
    expect(stream.aborted).toBe(false);
    expect(probe.links).toEqual(["live"]);
  });

  test("also leaves a server that accepts and never answers", async () => {
    probe.reader.watch("p", 0);
    await pass(30);
    const first = probe.server.last("/api/stream");
    await pass(20_000);
    expect(first.aborted).toBe(true);
  });
});

describe("polling", () => {
  test("stands in where there is no stream: it waits at the server, and tells what it finds", async () => {
    probe.reader.watch("p", 3);
    await pass(30);
    probe.server.last("/api/stream").unreachable();
    await pass(5_000);
    const poll = probe.server.last("/events");
    expect(poll.url).toBe("/api/projects/p/events?after=3&limit=1000&wait=5");
    const page = Array.from({ length: PAGE }, (_, at) => eventAt(at + 4));
    poll.json({ events: page, last: 1003, done: false });
    await pass(0);
    expect(probe.server.last("/events").url).toBe(
      "/api/projects/p/events?after=1003&limit=1000&wait=0",
    );
    probe.server.last("/events").json({ events: [eventAt(1004)], last: 1004, done: false });
    await pass(0);
    expect(probe.told).toEqual(page.map(({ seq }) => `p:${seq}`).concat("p:1004"));
    expect(probe.links.at(-1)).toBe("polling");
    await pass(GATHER_MS);
    expect(probe.server.all("/events")).toHaveLength(3);
    expect(probe.server.last("/events").url).toContain("after=1004&limit=1000&wait=5");
  });

  test("asks every 5 s where the server does not wait", async () => {
    probe.reader.watch("p", 3);
    await pass(30);
    probe.server.last("/api/stream").unreachable();
    await pass(5_000);
    probe.server.last("/events").json({ events: [], last: 3, done: false });
    await pass(4_900);
    expect(probe.server.all("/events")).toHaveLength(1);
    await pass(200);
    expect(probe.server.all("/events")).toHaveLength(2);
  });

  test("waits for one project alone, and asks for others every 5 s", async () => {
    for (const id of ["p", "q", "r"]) probe.reader.watch(id, 3);
    await pass(30);
    probe.server.last("/api/stream").unreachable();
    await pass(5_000);
    const asked: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const [poll] = probe.server.all("/events").slice(asked.length);
      const [, id, wait] = /projects\/(.).*wait=(.)/.exec(poll!.url)!;
      asked.push(`${id}${wait}`);
      if (wait === "5") await pass(5_000);
      poll!.json({ events: [], last: 3, done: false });
      await pass(GATHER_MS);
    }
    expect(asked).toEqual(["p0", "q0", "r5", "p0"]);
  });

  test("says that the connection is lost where it fails too", async () => {
    probe.reader.watch("p", 3);
    await pass(30);
    probe.server.last("/api/stream").unreachable();
    await pass(5_000);
    probe.server.last("/events").unreachable();
    await pass(0);
    expect(probe.links.at(-1)).toBe("lost");
  });

  test("goes on every 10 s beside a living stream, and tells nothing twice", async () => {
    const stream = await probe.opened(3);
    await pass(5_000); // the pause that began before the stream was there
    probe.server.last("/events").json({ events: [], last: 3, done: true });
    const before = probe.server.all("/events").length;
    await pass(9_900);
    expect(probe.server.all("/events")).toHaveLength(before);
    await pass(200);
    stream.data(eventAt(4));
    await pass(0);
    probe.server.last("/events").json({ events: [eventAt(4)], last: 4, done: false });
    await pass(0);
    expect(probe.told).toEqual(["p=3", "p:4"]);
    expect(stream.aborted).toBe(false);
  });

  test("finds out a stream that is open and dead, and opens it anew", async () => {
    const stream = await probe.opened(3);
    for (const seq of [4, 5]) {
      expect(stream.aborted).toBe(false);
      const before = probe.server.all("/events").length;
      while (probe.server.all("/events").length === before) await pass(500);
      probe.server.last("/events").json({ events: [eventAt(seq)], last: seq, done: false });
      await pass(10);
    }
    expect(stream.aborted).toBe(true);
    expect(probe.told).toEqual(["p=3", "p:4", "p:5"]);
    expect(probe.server.last("/api/stream").url).toBe("/api/stream?at=p:5");
  });

  test("takes the place of a stream whose events come late, which is tried again after a minute", async () => {
    const stream = await probe.opened(3);
    for (const seq of [4, 5]) {
      const before = probe.server.all("/events").length;
      while (probe.server.all("/events").length === before) await pass(500);
      probe.server.last("/events").json({ events: [eventAt(seq)], last: seq, done: false });
      await pass(2_000);
      stream.data(eventAt(seq));
      await pass(10);
    }
    expect(stream.aborted).toBe(true);
    expect(probe.links).toEqual(["live", "polling"]);
    expect(probe.server.last("/events").url).toContain("after=5&limit=1000&wait=5");
    await pass(59_900);
    expect(probe.server.all("/api/stream")).toHaveLength(1);
    await pass(200);
    expect(probe.server.all("/api/stream")).toHaveLength(2);
    expect(probe.told).toEqual(["p=3", "p:4", "p:5"]);
  });

  test("is all that a reader does that rests", async () => {
    const stream = await probe.opened(3);
    probe.reader.rest(true);
    await pass(0);
    expect(stream.aborted).toBe(true);
    expect(probe.links.at(-1)).toBe("polling");
    await pass(5_000);
    expect(probe.server.last("/events").url).toContain("wait=0");
    probe.server.last("/events").json({ events: [], last: 3, done: false });
    await pass(9_900);
    expect(probe.server.all("/events")).toHaveLength(1);
    await pass(200);
    expect(probe.server.all("/events")).toHaveLength(2);
    expect(probe.server.all("/api/stream")).toHaveLength(1);
    probe.reader.rest(false);
    await pass(0);
    expect(probe.server.last("/api/stream").url).toBe("/api/stream?at=p:3");
  });
});

describe("waking", () => {
  test("ends the wait for the next try", async () => {
    probe.reader.watch("p", 0);
    await pass(30);
    probe.server.last("/api/stream").unreachable();
    await pass(10);
    probe.reader.wake();
    await pass(0);
    expect(probe.server.all("/api/stream")).toHaveLength(2);
  });

  test("leaves a stream that missed a heartbeat, and no other", async () => {
    const stream = await probe.opened();
    await pass(16_000);
    probe.reader.wake();
    await pass(0);
    expect(stream.aborted).toBe(false);
    await pass(1_500);
    probe.reader.wake();
    await pass(0);
    expect(stream.aborted).toBe(true);
    expect(probe.server.all("/api/stream")).toHaveLength(2);
  });

  test("tries again where the server refused", async () => {
    probe.reader.wake();
    probe.reader.watch("p", 0);
    await pass(30);
    probe.server.last("/api/stream").json({ title: "No token", detail: "Log in." }, 401);
    await pass(10);
    probe.reader.wake();
    await pass(0);
    expect(probe.server.all("/api/stream")).toHaveLength(2);
  });
});
