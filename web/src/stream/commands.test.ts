/** Commands say what they want in one request, and what went wrong in words for people. */
import { afterEach, expect, test, vi } from "vitest";

import { answerQuestions, cancelRun, createProject, editMessage, removeMessage, retryRun, sendMessage } from "./commands";
import { FakeServer, stateAt } from "./testing";

const server = new FakeServer();

afterEach(() => {
  server.asked.length = 0;
  vi.unstubAllGlobals();
});

function asked() {
  vi.stubGlobal("fetch", server.fetch);
}

test("creating a project gives its first state", async () => {
  asked();
  const created = createProject({ prompt: "A todo API" });
  server.last("/api/projects").json(stateAt(2), 201);
  expect((await created).seq).toBe(2);
  const { url, init } = server.last("/api/projects");
  expect([url, init.method, init.body]).toEqual([
    "/api/projects",
    "POST",
    '{"prompt":"A todo API"}',
  ]);
  expect(new Headers(init.headers).get("Idempotency-Key")).toMatch(/^[0-9a-f]{32}$/);
});

test("each command is one POST to its place", async () => {
  asked();
  const all = [
    sendMessage("p/1", "More", { baseVersion: 2 }),
    cancelRun("p", "r1"),
    cancelRun("p"),
    retryRun("p"),
    answerQuestions("p", { "plan-1-r1": "Approve" }),
    sendMessage("p", "More", { approve: true }),
  ];
  for (const one of server.asked) one.json({}, 202);
  await Promise.all(all);
  expect(server.asked.map((one) => [one.url, one.init.body])).toEqual([
    ["/api/projects/p%2F1/messages", '{"prompt":"More","baseVersion":2}'],
    ["/api/projects/p/cancel", '{"run":"r1"}'],
    ["/api/projects/p/cancel", "{}"],
    ["/api/projects/p/retry", undefined],
    ["/api/projects/p/answers", '{"answers":{"plan-1-r1":"Approve"}}'],
    ["/api/projects/p/messages", '{"prompt":"More","approve":true}'],
  ]);
});

test("a follow-up is edited and removed at its own place", async () => {
  asked();
  const all = [editMessage("p/1", "m/2", "Less"), removeMessage("p", "m2")];
  server.asked[0]?.json({ messageId: "m/2" });
  server.asked[1]?.status(204);
  await Promise.all(all);
  expect(server.asked.map((one) => [one.init.method, one.url, one.init.body])).toEqual([
    ["PATCH", "/api/projects/p%2F1/messages/m%2F2", '{"prompt":"Less"}'],
    ["DELETE", "/api/projects/p/messages/m2", undefined],
  ]);
});

test("a problem is told in the server's words", async () => {
  asked();
  const sent = sendMessage("p", "x", { baseVersion: 1 });
  server.last("/messages").json({ title: "Stale", detail: "Version 2 is newer." }, 409);
  await expect(sent).rejects.toMatchObject({
    name: "CommandFailed",
    status: 409,
    title: "Stale",
    detail: "Version 2 is newer.",
  });
});

test("an answer without words still says something", async () => {
  asked();
  const sent = retryRun("p");
  server.last("/retry").status(502);
  await expect(sent).rejects.toMatchObject({
    status: 502,
    title: "The server refused",
    detail: "It answered with status 502.",
  });
});

test("a server that cannot be reached is named as such", async () => {
  asked();
  const sent = retryRun("p");
  server.last("/retry").unreachable();
  await expect(sent).rejects.toMatchObject({ status: 0, title: "The server cannot be reached" });
});
