/** Asks the server for the cluster again and again, while somebody looks. */
import { useEffect, useState } from "react";
import { CommandFailed, json, send } from "../../stream/commands";
import type { Problem } from "../../stream/types";
import type { Cluster } from "./cluster";

export const EVERY_MS = 2_000;
/** A server that takes longer counts as out of reach. */
const PATIENCE_MS = 5_000;

export interface Watched {
  /** The last answer, null until there is one. */
  cluster: Cluster | null;
  /** When it came, by this browser's clock. */
  at: number;
  /** What went wrong since; null while the answer is current. */
  problem: Problem | null;
}

/** The cluster as it is now, 2 s ago at most unless there is a problem. */
export function useCluster(): Watched {
  const [watched, setWatched] = useState<Watched>({ cluster: null, at: 0, problem: null });
  useEffect(
    () =>
      watchCluster(
        (cluster) => setWatched({ cluster, at: Date.now(), problem: null }),
        (problem) => setWatched((before) => ({ ...before, problem })),
      ),
    [],
  );
  return watched;
}

/**
 * Asks at once, and 2 s after each answer; not while the page is hidden, and at once when it is
 * shown again. Never asks twice at a time. Returns what ends it.
 */
export function watchCluster(
  tell: (cluster: Cluster) => void,
  fail: (problem: Problem) => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking = false;
  let over = false;

  const look = async () => {
    clearTimeout(timer);
    if (asking || document.hidden) return;
    asking = true;
    try {
      const cluster = await getCluster();
      if (!over) tell(cluster);
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      if (!over) fail(error);
    } finally {
      asking = false;
      if (!over) timer = setTimeout(() => void look(), EVERY_MS);
    }
  };
  const shown = () => void look();

  document.addEventListener("visibilitychange", shown);
  void look();
  return () => {
    over = true;
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", shown);
  };
}

async function getCluster(): Promise<Cluster> {
  const response = await send("GET", "/api/cluster", undefined, AbortSignal.timeout(PATIENCE_MS));
  return (await json(response)) as Cluster;
}
