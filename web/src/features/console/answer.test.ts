/** What is read of an answer, and the words for those that are none of the API's. */
import { afterEach, expect, test, vi } from "vitest";
import { ask, MOST_BYTES } from "./answer";
import { refusalOf } from "./refusals";

afterEach(() => {
  vi.unstubAllGlobals();
});

async function answered(response: Response) {
  vi.stubGlobal("fetch", () => Promise.resolve(response));
  return ask("/preview/p/", {});
}

test("a body is read as far as it is shown, and no further", async () => {
  let cancelled = false;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(300_000).fill(97)),
    cancel: () => {
      cancelled = true;
    },
  });
  const headers = { "Content-Type": "text/plain", "X-Smart-Forge-Preview": "live" };
  const answer = await answered(new Response(body, { headers }));
  expect(answer).toMatchObject({ size: MOST_BYTES, cut: true, from: "real", status: 200 });
  expect(cancelled).toBe(true);
});

test("who answered is what the header says; without it, it was not the API", async () => {
  const contract = new Response("[]", { headers: { "X-Smart-Forge-Preview": "contract" } });
  expect((await answered(contract)).from).toBe("contract");
  const own = JSON.stringify({ code: "previews_full", detail: "20 APIs run already.", hint: "Close a page." });
  const headers = { "Content-Type": "application/problem+json", "Retry-After": "5" };
  const refused = await answered(new Response(own, { status: 503, headers }));
  expect(refused.from).toBeNull();
  expect(refusalOf(refused)).toEqual({
    title: "Too many APIs are awake.",
    detail: "20 APIs run already. Close a page. Try again in 5 s.",
    again: true,
  });
});

test("an answer of the API speaks for itself, unless it wants a login or a pause", async () => {
  const headers = { "X-Smart-Forge-Preview": "live", "Retry-After": "2" };
  const told = async (status: number) => refusalOf(await answered(new Response("", { status, headers })));
  expect(await told(200)).toBeNull();
  expect(await told(404)).toBeNull();
  expect((await told(401))?.detail).toContain("log in");
  expect(await told(429)).toMatchObject({ detail: "Try again in 2 s.", again: true });
});
