/** The reader tells every event once and in order, over one connection for all projects. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { eventAt, pass, ReaderProbe, snapshotFrame } from "./testing";

let probe: ReaderProbe;

beforeEach(() => {
  vi.useFakeTimers();
  probe = new ReaderProbe();
});

afterEach(() => {
  probe.reader.close();
  vi.useRealTimers();
});

test("tells the state first, then goes on from it", async () => {
  const stream = await probe.opened(3);
  expect(stream.url).toBe("/api/stream?at=p:3");
  stream.data(eventAt(4), eventAt(5));
  await pass(0);
  expect(probe.told).toEqual(["p=3", "p:4", "p:5"]);
  expect(probe.links).toEqual(["live"]);
});

test("needs no state where it is given a cursor", async () => {
  probe.reader.watch("p", 7);
  await pass(30);
  expect(probe.server.urls()).toEqual(["/api/stream?at=p:7"]);
});

test("carries all projects over one connection, opened once for all that are watched", async () => {
  probe.reader.watch("p", 1);
  probe.reader.watch("q/r", 2);
  await pass(30);
  expect(probe.server.urls()).toEqual(["/api/stream?at=p:1,q%2Fr:2"]);
  probe.server.last("/api/stream").open();
  probe.server.last("/api/stream").data(eventAt(2), eventAt(3, "q/r"), eventAt(9, "other"));
  await pass(0);
  expect(probe.told).toEqual(["p:2", "q/r:3"]);
});

test("opens the stream anew when the set changes, and leaves the old one", async () => {
  const first = await probe.opened();
  probe.reader.watch("q", 0);
  await pass(30);
  expect(first.aborted).toBe(true);
  expect(probe.server.last("/api/stream").url).toBe("/api/stream?at=p:3,q:0");
  expect(probe.links).toEqual(["live"]);
  probe.reader.unwatch("p");
  probe.reader.unwatch("q");
  await pass(30);
  expect(probe.server.last("/api/stream").aborted).toBe(true);
  expect(probe.links.at(-1)).toBe("closed");
});

test("drops what it has seen", async () => {
  const stream = await probe.opened(3);
  stream.data(eventAt(2), eventAt(3), eventAt(4), eventAt(4), eventAt(5));
  await pass(0);
  expect(probe.told).toEqual(["p=3", "p:4", "p:5"]);
});

test("leaves a stream with a gap and reads on from the last good event", async () => {
  const stream = await probe.opened(3);
  stream.data(eventAt(4), eventAt(6), eventAt(7));
  await pass(0);
  expect(stream.aborted).toBe(true);
  expect(probe.told).toEqual(["p=3", "p:4"]);
  await pass(1_000);
  expect(probe.server.last("/api/stream").url).toBe("/api/stream?at=p:4");
});

test("reads events that arrive in pieces, even within a character", async () => {
  const stream = await probe.opened(3);
  const line = `data: ${JSON.stringify({ ...eventAt(4), title: "日本😀" })}\n\n`;
  for (const byte of new TextEncoder().encode(line)) stream.bytes(Uint8Array.of(byte));
  await pass(0);
  expect(probe.told).toEqual(["p=3", "p:4"]);
});

test("takes a snapshot in place of the events that it misses", async () => {
  const stream = await probe.opened(3);
  stream.data(snapshotFrame(2), snapshotFrame(900), eventAt(901));
  await pass(0);
  expect(probe.told).toEqual(["p=3", "p=900", "p:901"]);
});

test("takes an older snapshot only after a reset", async () => {
  const stream = await probe.opened(30);
  stream.data({ type: "reset", projectId: "p" }, snapshotFrame(2), eventAt(3));
  await pass(0);
  expect(probe.told).toEqual(["p=30", "p=2", "p:3"]);
});

test("a reset without a project means every project of the stream", async () => {
  const stream = await probe.opened(30);
  stream.data({ type: "reset" }, snapshotFrame(2));
  await pass(0);
  expect(probe.told).toEqual(["p=30", "p=2"]);
});

test("ignores frames that are not in the log and of a kind unknown here", async () => {
  const stream = await probe.opened(3);
  stream.text('data: {"type":"weather","projectId":"p","viewers":2}\n\n: comment\n\n');
  stream.data(eventAt(4));
  await pass(0);
  expect(probe.told).toEqual(["p=3", "p:4"]);
});

test("tells how many look on, and says nothing of them where this browser is not seen", async () => {
  vi.stubGlobal("name", "smartforge-stream");
  const stream = await probe.opened(3);
  stream.data({ type: "presence", projectId: "p", viewers: 2 }, { type: "presence", projectId: "q", viewers: 9 });
  await pass(0);
  expect(probe.told).toEqual(["p=3", "p 2 here"]);
  expect(stream.url).toContain("&presence=1");
  vi.stubGlobal("name", "smartforge-stream-unseen");
  probe.reader.watch("q", 1);
  await pass(30);
  expect(probe.server.last("/api/stream").url).not.toContain("presence");
  vi.unstubAllGlobals();
});

test("says of a project that it is gone, and does not ask for it again", async () => {
  const stream = await probe.opened(3);
  stream.data({ type: "gone", projectId: "p" });
  stream.end();
  await pass(20_000);
  expect(probe.told).toEqual(["p=3", "p gone"]);
  expect(probe.server.all("/api/stream")).toHaveLength(1);
  expect(probe.server.all("/events")).toHaveLength(0);
  expect(probe.links.at(-1)).toBe("closed");
});

test("says that an unknown project is gone", async () => {
  probe.reader.watch("p");
  await pass(30);
  probe.server.last("/api/projects/p").status(404);
  await pass(0);
  expect(probe.told).toEqual(["p gone"]);
});
