/** The past of a project as a component has it: fetched, and growing while a run is on. */
import { useEffect, useState } from "react";
import { CommandFailed } from "../../stream/commands";
import { Contents, fetchBlob } from "../../stream/content";
import type { Problem } from "../../stream/types";
import { MOST, PAGE, pageAfter } from "./load";
import { Past } from "./past";

export interface Loaded {
  past: Past;
  contents: Contents;
  /** Events that are here. */
  count: number;
  /** All that there was to fetch is here, or as many as are replayed. */
  ready: boolean;
  /** There are more events than are replayed. */
  cut: boolean;
  /** Why the rest is not here. */
  problem: Problem | null;
  /** Grows when fetched content has arrived. */
  contentsSeen: number;
}

/** Begins anew when `times` changes. */
export function usePast(projectId: string, times: number): Loaded {
  const [loaded, setLoaded] = useState(() => fresh(projectId));
  useEffect(() => {
    const left = new AbortController();
    const made = fresh(projectId, () => {
      setLoaded((now) => ({ ...now, contentsSeen: now.contentsSeen + 1 }));
    });
    setLoaded(made);
    void follow(projectId, made.past, left.signal, (changes) => {
      if (!left.signal.aborted) setLoaded((now) => ({ ...now, ...changes, count: made.past.last }));
    });
    return () => left.abort();
  }, [projectId, times]);
  return loaded;
}

type Told = Partial<Pick<Loaded, "ready" | "cut" | "problem">>;

/** Fetches until no run is on or queued, or as many are here as are replayed. Never rejects. */
async function follow(projectId: string, past: Past, left: AbortSignal, told: (changes: Told) => void): Promise<void> {
  let ready = false;
  try {
    while (!left.aborted) {
      const { events, done } = await pageAfter(projectId, past.last, ready, left);
      past.extend(events.slice(0, MOST - past.last));
      const cut = past.last >= MOST;
      ready ||= done || cut || events.length < PAGE;
      told({ ready, cut });
      if (done || cut) return;
    }
  } catch (error) {
    if (left.aborted) return;
    if (!(error instanceof CommandFailed)) throw error;
    told({ problem: error });
  }
}

function fresh(projectId: string, arrived: () => void = () => undefined): Loaded {
  const contents = new Contents(projectId, fetchBlob, arrived);
  const past = new Past(projectId, (event, before) => {
    if (event.type !== "file:complete" || event.binary) return;
    const text = before.files.find((file) => file.path === event.path)?.text;
    if (text !== undefined) contents.offer(event.sha256, event.size, text);
  });
  return { past, contents, count: 0, ready: false, cut: false, problem: null, contentsSeen: 0 };
}
