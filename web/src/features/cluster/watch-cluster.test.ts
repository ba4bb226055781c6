/** The cluster is asked for while somebody looks, and never twice at a time. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { FakeServer, pass } from "../../stream/testing";
import { cluster } from "./testing";
import { EVERY_MS, watchCluster } from "./watch-cluster";

class FakeDocument extends EventTarget {
  hidden = false;

  show(shown: boolean): void {
    this.hidden = !shown;
    this.dispatchEvent(new Event("visibilitychange"));
  }
}

let server: FakeServer;
let page: FakeDocument;
let told: string[];
let patience: AbortController;
let stop: () => void;

beforeEach(() => {
  vi.useFakeTimers();
  patience = new AbortController();
  vi.spyOn(AbortSignal, "timeout").mockImplementationOnce(() => patience.signal);
  server = new FakeServer();
  page = new FakeDocument();
  told = [];
  vi.stubGlobal("fetch", server.fetch);
  vi.stubGlobal("document", page);
  stop = watchCluster(
    ({ here }) => told.push(here),
    ({ status, title }) => told.push(`${status} ${title}`),
  );
});

afterEach(() => {
  stop();
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

function answer(here: string): void {
  server.last("/api/cluster").json(cluster({ here }));
}

test("it asks at once, and again 2 s after each answer", async () => {
  await pass(10 * EVERY_MS);
  expect(server.asked.length).toBe(1);
  answer("n1");
  await pass(EVERY_MS - 1);
  expect(server.asked.length).toBe(1);
  await pass(1);
  expect(server.asked.length).toBe(2);
  answer("n2");
  await pass(0);
  expect(told).toEqual(["n1", "n2"]);
});

test("nothing is asked while the page is hidden, and at once when it is shown", async () => {
  answer("n1");
  await pass(0);
  page.show(false);
  await pass(10 * EVERY_MS);
  expect(server.asked.length).toBe(1);
  page.show(true);
  expect(server.asked.length).toBe(2);
  page.show(false);
  page.show(true);
  expect(server.asked.length).toBe(2);
  answer("n1");
  await pass(EVERY_MS);
  expect(server.asked.length).toBe(3);
});

test("a server that refuses, breaks or is away is told as such, and asked again", async () => {
  server.last("/api/cluster").json({ title: "Service Unavailable", detail: "Later." }, 503);
  await pass(EVERY_MS);
  server.last("/api/cluster").unreachable();
  await pass(EVERY_MS);
  server.last("/api/cluster").status(200);
  await pass(EVERY_MS);
  answer("n1");
  await pass(0);
  expect(told).toEqual([
    "503 Service Unavailable",
    "0 The server cannot be reached",
    "200 The server's answer broke",
    "n1",
  ]);
});

test("after its end nothing is told and nothing asked", async () => {
  stop();
  answer("n1");
  await pass(10 * EVERY_MS);
  page.show(true);
  expect([told, server.asked.length]).toEqual([[], 1]);
});

test("a server that takes too long is given up, and asked again", async () => {
  patience.abort();
  await pass(EVERY_MS);
  expect(told).toEqual(["0 The server cannot be reached"]);
  answer("n1");
  await pass(0);
  expect(told.at(-1)).toBe("n1");
});
