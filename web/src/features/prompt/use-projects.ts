/** The list of projects as it stands: loaded, looked at again while runs are on, and changed. */
import { useCallback, useEffect, useRef, useState } from "react";
import { CommandFailed } from "../../stream/commands";
import { listAll, listProjects, MOST, type ProjectEntry } from "./project-list";

/** How often the newest are looked at again while a run is on in one that is shown. */
const AGAIN_MS = 4_000;
const BUSY = new Set(["queued", "planning", "generating", "validating", "repairing"]);

export interface Projects {
  /** Null until known. */
  projects: ProjectEntry[] | null;
  /** There are more than these. */
  more: boolean;
  /** Why they cannot be listed; empty where they can. */
  problem: string;
  /** Load all there are, up to `MOST`. */
  all: () => void;
  again: () => void;
  change: (how: (projects: ProjectEntry[]) => ProjectEntry[]) => void;
}

export function useProjects(shown: number): Projects {
  const [projects, setProjects] = useState<ProjectEntry[] | null>(null);
  const [more, setMore] = useState(false);
  const [problem, setProblem] = useState("");
  const left = useRef(new AbortController());

  const told = useCallback(async (act: (signal: AbortSignal) => Promise<void>) => {
    const { signal } = left.current;
    try {
      await act(signal);
      if (!signal.aborted) setProblem("");
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      if (!signal.aborted) setProblem(error.message);
    }
  }, []);
  const again = useCallback(
    () =>
      void told(async (signal) => {
        const page = await listProjects(shown, null, signal);
        if (signal.aborted) return;
        setProjects((known) => merged(known ?? [], page.projects));
        setMore((known) => known || page.next !== null);
      }),
    [told, shown],
  );
  const all = useCallback(
    () =>
      void told(async (signal) => {
        let found = 0;
        await listAll(signal, (list) => {
          found = list.length;
          if (!signal.aborted) setProjects(list);
        });
        if (!signal.aborted) setMore(found >= MOST);
      }),
    [told],
  );

  useEffect(() => {
    const leaving = new AbortController();
    left.current = leaving;
    again();
    return () => leaving.abort();
  }, [again]);
  const busy = projects?.slice(0, shown).some((one) => BUSY.has(one.status)) ?? false;
  useEffect(() => {
    const look = () => document.visibilityState === "visible" && again();
    document.addEventListener("visibilitychange", look);
    const timer = busy ? setInterval(look, AGAIN_MS) : undefined;
    return () => {
      document.removeEventListener("visibilitychange", look);
      clearInterval(timer);
    };
  }, [busy, again]);

  const change = useCallback((how: (list: ProjectEntry[]) => ProjectEntry[]) => setProjects((list) => list && how(list)), []);
  return { projects, more, problem, all, again, change };
}

/** The newest as they are now, and behind them what was known of older ones. */
function merged(known: ProjectEntry[], newest: ProjectEntry[]): ProjectEntry[] {
  const oldest = newest.at(-1)?.created ?? 0;
  const ids = new Set(newest.map((one) => one.id));
  return [...newest, ...known.filter(({ id, created }) => !ids.has(id) && (created ?? 0) <= oldest)];
}
