/** Over a real connection that breaks at any byte, every event arrives once and in order. */
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { afterEach, expect, test, vi } from "vitest";

import { StreamReader } from "./reader";
import { eventAt, stateAt } from "./testing";

const LAST = 400;
let server: Server | undefined;
let reader: StreamReader | undefined;

afterEach(() => {
  reader?.close();
  server?.closeAllConnections();
  server?.close();
});

/** Send the events after `seq`, and break off after `bytes` of them. */
function sendUpTo(response: ServerResponse, seq: number, bytes: number): void {
  let text = "retry: 100\n: hello\n\n";
  for (let next = seq + 1; next <= LAST; next += 1) {
    const event = { ...eventAt(next), title: `Titel ${next} 日本😀` };
    text += `id: p:${next}\ndata: ${JSON.stringify(event)}\n\n`;
  }
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  const sent = Buffer.from(text).subarray(0, bytes);
  response.write(sent, () => setImmediate(() => response.destroy()));
}

async function listening(answer: (url: URL, response: ServerResponse) => void): Promise<string> {
  server = createServer((request, response) => {
    answer(new URL(request.url ?? "/", "http://x"), response);
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test("a stream that breaks at odd places loses and repeats nothing", async () => {
  const seen: number[] = [];
  let connections = 0;
  const base = await listening((url, response) => {
    if (url.pathname === "/api/projects/p") {
      response.end(JSON.stringify(stateAt(0)));
      return;
    }
    connections += 1;
    const seq = Number(url.searchParams.get("at")?.split(":")[1]);
    sendUpTo(response, seq, 997 * connections);
  });
  reader = new StreamReader(
    {
      event: ({ seq }) => seen.push(seq),
      snapshot: () => undefined,
      gone: () => undefined,
      passing: () => undefined,
      connection: () => undefined,
    },
    { base },
  );
  reader.watch("p");
  await vi.waitUntil(() => seen.at(-1) === LAST, { timeout: 20_000, interval: 20 });
  expect(seen).toEqual(Array.from({ length: LAST }, (_, at) => at + 1));
  expect(connections).toBeGreaterThan(3);
});

test("leaving closes the connection", async () => {
  let closed = false;
  const base = await listening((_url, response) => {
    response.on("close", () => (closed = true));
    response.writeHead(200, { "Content-Type": "text/event-stream" });
    response.write(": hello\n\n");
  });
  const links: string[] = [];
  reader = new StreamReader(
    {
      event: () => undefined,
      snapshot: () => undefined,
      gone: () => undefined,
      passing: () => undefined,
      connection: (connection) => links.push(connection),
    },
    { base },
  );
  reader.watch("p", 0);
  await vi.waitUntil(() => links.includes("live"), { timeout: 5_000 });
  reader.close();
  await vi.waitUntil(() => closed, { timeout: 5_000 });
  expect(links).toEqual(["live", "closed"]);
});
