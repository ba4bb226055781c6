/** What the hook gives to a component, without a browser. */
import { renderToString } from "react-dom/server";
import { expect, test } from "vitest";

import { StreamStore } from "./store";
import { stateAt } from "./testing";
import { type GenerationStream, useGenerationStream } from "./use-generation-stream";

const store = new StreamStore({
  reader: () => ({
    watch: () => undefined,
    unwatch: () => undefined,
    figures: () => Promise.resolve(null),
  }),
  schedule: (work) => queueMicrotask(work),
});

function streamOf(projectId: string | null): GenerationStream {
  const seen: GenerationStream[] = [];
  function Look(): null {
    seen.push(useGenerationStream(projectId, store));
    return null;
  }
  renderToString(<Look />);
  return seen[0]!;
}

test("is idle without a project, and has nothing to command", async () => {
  const stream = streamOf(null);
  expect(stream.status).toBe("idle");
  expect([stream.textOf("a.py"), stream.historyOf("a.py")]).toEqual([undefined, 0]);
  await expect(stream.cancel()).rejects.toThrow("no project");
});

test("is initializing until the project is known", () => {
  expect(streamOf("p")).toMatchObject({ status: "initializing", snapshot: null });
});

test("has the project's status from then on", () => {
  store.seed({ ...stateAt(4, "q"), status: "generating" });
  expect(streamOf("q")).toMatchObject({ status: "generating", snapshot: { seq: 4 } });
});
