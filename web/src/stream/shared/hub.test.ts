/** One reader serves all tabs: each gets every event of what it watches, once and in order. */
import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { StreamReader } from "../reader";
import { type Asked, eventAt, FakeServer, pass, snapshotFrame, stateAt } from "../testing";
import { Hub } from "./hub";
import type { Told } from "./protocol";

let server: FakeServer;
let hub: Hub;

beforeEach(() => {
  vi.useFakeTimers();
  server = new FakeServer();
  hub = new Hub((told) => new StreamReader(told, { fetch: server.fetch, random: () => 0.5 }));
});

afterEach(() => {
  vi.useRealTimers();
});

class FakeTab {
  readonly told: string[] = [];

  constructor() {
    hub.join(this);
  }

  tell(told: Told): void {
    if ("event" in told) this.told.push(`${told.event.projectId}:${told.event.seq}`);
    else if ("snapshot" in told) this.told.push(`${told.snapshot.id}=${told.snapshot.title}`);
    else if ("gone" in told) this.told.push(`${told.gone} gone`);
    else if ("passing" in told) {
      const { passing } = told;
      this.told.push(`${passing.projectId} ${passing.type === "preview" ? passing.state : `${passing.viewers} here`}`);
    }
    else this.told.push(told.connection);
  }
}

/** A tab that watches `p`, whose stream is open. */
async function opened(seq = 3): Promise<[FakeTab, Asked]> {
  const tab = new FakeTab();
  hub.watch(tab, "p", null);
  await pass(30);
  server.last("/api/projects/p").json(stateAt(seq));
  await pass(0);
  server.last("/api/stream").open();
  await pass(0);
  return [tab, server.last("/api/stream")];
}

test("eight tabs on eight projects are one stream, and each hears its own", async () => {
  const tabs = [..."abcdefgh"].map((id) => {
    const tab = new FakeTab();
    hub.watch(tab, id, stateAt(1, id));
    return { id, tab };
  });
  await pass(30);
  expect(server.urls()).toEqual(["/api/stream?at=a:1,b:1,c:1,d:1,e:1,f:1,g:1,h:1"]);
  const stream = server.last("/api/stream");
  stream.open();
  stream.data(...[..."hgfedcba"].map((id) => eventAt(2, id)));
  await pass(0);
  for (const { id, tab } of tabs) expect(tab.told).toEqual(["connecting", "live", `${id}:2`]);
});

test("a tab that comes later has the state at once, without a request", async () => {
  const [first, stream] = await opened();
  stream.data(eventAt(4), eventAt(5));
  await pass(0);
  const asked = server.asked.length;
  const second = new FakeTab();
  hub.watch(second, "p", null);
  stream.data(eventAt(6));
  await pass(30);
  expect(second.told).toEqual(["live", "p=Title 5", "p:6"]);
  expect(first.told).toEqual(["connecting", "p=Title 3", "live", "p:4", "p:5", "p:6"]);
  expect(server.asked).toHaveLength(asked);
});

test("a tab that knows as much, or more, is told only what is new to it", async () => {
  const [, stream] = await opened(3);
  const same = new FakeTab();
  hub.watch(same, "p", stateAt(3));
  const ahead = new FakeTab();
  hub.watch(ahead, "p", stateAt(5));
  stream.data(eventAt(4), eventAt(5), eventAt(6));
  await pass(0);
  expect(same.told).toEqual(["live", "p:4", "p:5", "p:6"]);
  expect(ahead.told).toEqual(["live", "p:6"]);
});

test("a tab that comes while the state is read gets it with the others", async () => {
  const first = new FakeTab();
  hub.watch(first, "p", null);
  await pass(30);
  const second = new FakeTab();
  hub.watch(second, "p", null);
  const ahead = new FakeTab();
  hub.watch(ahead, "p", stateAt(9));
  server.last("/api/projects/p").json(stateAt(3));
  await pass(0);
  for (const tab of [first, second]) expect(tab.told).toEqual(["connecting", "p=Title 3"]);
  expect(ahead.told).toEqual(["connecting"]);
});

test("a log that is shorter than thought replaces what every tab has", async () => {
  const [first, stream] = await opened(9);
  const ahead = new FakeTab();
  hub.watch(ahead, "p", stateAt(12));
  stream.data({ type: "reset", projectId: "p" }, snapshotFrame(2), eventAt(3));
  await pass(0);
  expect(first.told.slice(-2)).toEqual(["p=Title 2", "p:3"]);
  expect(ahead.told).toEqual(["live", "p=Title 2", "p:3"]);
});

test("who answers at a preview is told to the tabs that watch its project", async () => {
  const [first, stream] = await opened(3);
  const other = new FakeTab();
  hub.watch(other, "q", stateAt(0, "q"));
  stream.data({ type: "preview", projectId: "p", state: "live", version: 1 });
  await pass(0);
  expect(first.told.at(-1)).toBe("p live");
  expect(other.told).toEqual(["live"]);
});

test("tabs leave in any order, and the others miss nothing", async () => {
  const [first, stream] = await opened(3);
  const second = new FakeTab();
  hub.watch(second, "p", null);
  hub.watch(second, "q", stateAt(0, "q"));
  await pass(30);
  expect(stream.aborted).toBe(true);
  expect(server.last("/api/stream").url).toBe("/api/stream?at=p:3,q:0");
  hub.leave(first);
  hub.leave(first);
  await pass(30);
  const shared = server.last("/api/stream");
  shared.open();
  shared.data(eventAt(4), eventAt(1, "q"));
  await pass(0);
  expect(shared.aborted).toBe(false);
  expect(second.told).toEqual(["live", "p=Title 3", "p:4", "q:1"]);
  expect(first.told).toEqual(["connecting", "p=Title 3", "live"]);
  hub.leave(second);
  await pass(30);
  expect(shared.aborted).toBe(true);
  expect(hub.figures()).toMatchObject({ tabs: 0, projects: 0, connections: 0, opened: 2 });
});

test("a project that is gone is said to be to all who watch it, and can be asked for again", async () => {
  const [first, stream] = await opened(3);
  stream.data({ type: "gone", projectId: "p" });
  await pass(0);
  expect(first.told.slice(-2)).toEqual(["p gone", "closed"]);
  hub.watch(first, "p", null);
  await pass(30);
  expect(server.all("/api/projects/p")).toHaveLength(2);
});

test("what the server refuses is tried again when a tab comes", async () => {
  const first = new FakeTab();
  hub.watch(first, "p", stateAt(1));
  await pass(30);
  server.last("/api/stream").json({ title: "No token", detail: "" }, 401);
  await pass(0);
  const second = new FakeTab();
  expect(second.told).toEqual(["closed"]);
  hub.watch(second, "p", null);
  await pass(0);
  server.last("/api/stream").open();
  await pass(0);
  expect(second.told.at(-1)).toBe("live");
  expect(first.told.at(-1)).toBe("live");
});

test("how many look on is told to a tab that comes later, too", async () => {
  const [first, stream] = await opened(3);
  stream.data({ type: "presence", projectId: "p", viewers: 2 });
  await pass(0);
  const second = new FakeTab();
  hub.watch(second, "p", null);
  expect(first.told.at(-1)).toBe("p 2 here");
  expect(second.told.at(-1)).toBe("p 2 here");
});
