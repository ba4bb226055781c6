/** What the console needs to know of a project's preview: who answers, what, and at which address. */
import { useCallback, useEffect, useRef, useState } from "react";
import { json, projectUrl, send } from "../../stream/commands";
import type { GenerationStream } from "../../stream/use-generation-stream";
import type { PreviewFrame } from "../../events.gen";
import type { Answerer } from "./answer";
import type { OpenApi } from "./document";

type State = PreviewFrame["state"];

interface Shown {
  state: State;
  version: number | null;
  detail: string;
  /** The account that may do everything, by the names of the login's fields. */
  admin: Record<string, string> | null;
}

export interface Access {
  /** Where the API is, with a slash at its end. */
  base: string;
  /** Stands for the page's token where previews have an origin of their own. */
  pass: string | null;
  /** Whether programs need the server's token. */
  guarded: boolean;
}

export interface Preview {
  shown: Shown | null;
  document: OpenApi | null;
  access: Access | null;
  /** Why nothing is known; empty while it is not known. */
  problem: string;
  /** The way in, as it is good now. Rejects where the server does not answer. */
  enter: () => Promise<Access>;
  /** An answer told who gave it. */
  heard: (from: Answerer) => void;
}

/** Passes are good for a minute. */
const RENEW_MS = 45_000;

export function usePreview(projectId: string, stream: GenerationStream): Preview {
  const { snapshot, preview, connection } = stream;
  const [shown, setShown] = useState<Shown | null>(null);
  const [document, setDocument] = useState<OpenApi | null>(null);
  const [access, setAccess] = useState<Access | null>(null);
  const [problem, setProblem] = useState("");
  const kept = useRef<{ access: Promise<Access>; at: number } | null>(null);
  const contract = snapshot?.contract ?? null;
  const version = snapshot?.version ?? null;
  const planned = contract !== null;
  const live = connection === "live";

  useEffect(() => {
    if (!planned) return;
    const left = new AbortController();
    const look = async (): Promise<void> => {
      try {
        const [told, found] = await Promise.all([
          get<Shown>(`${projectUrl(projectId)}/preview`, left.signal),
          get<OpenApi>(`${projectUrl(projectId)}/preview/openapi.json`, left.signal),
        ]);
        setShown(told);
        setDocument(found);
        setProblem("");
      } catch (error) {
        if (!left.signal.aborted) setProblem(error instanceof Error ? error.message : "It cannot be read.");
      }
    };
    void look();
    return () => left.abort();
  }, [projectId, planned, contract, version, live]);

  useEffect(() => {
    if (preview) setShown((known) => ({ admin: null, ...known, ...pick(preview) }));
  }, [preview]);

  const enter = useCallback((): Promise<Access> => {
    const now = Date.now();
    if (!kept.current || now - kept.current.at > RENEW_MS) {
      kept.current = { access: wayIn(projectId), at: now };
      kept.current.access.then(
        (found) => {
          setAccess(found);
          // Without a pass nothing ends.
          if (found.pass === null && kept.current) kept.current.at = Infinity;
        },
        () => (kept.current = null),
      );
    }
    return kept.current.access;
  }, [projectId]);
  useEffect(() => {
    enter().catch(() => undefined); // Sending tries it again, and says so.
  }, [enter]);

  const heard = useCallback((from: Answerer) => {
    setShown((known) => {
      const state = from === "contract" ? "contract" : "live";
      return known && known.state !== state ? { ...known, state } : known;
    });
  }, []);
  return { shown, document, access, problem, enter, heard };
}

/** Who would answer now. One that is asleep is woken by the next request. */
export function answererOf(shown: Shown | null): Answerer | null {
  if (shown === null) return null;
  return shown.state === "contract" ? "contract" : "real";
}

function pick({ state, version, detail = "" }: PreviewFrame): Pick<Shown, "state" | "version" | "detail"> {
  return { state, version, detail };
}

async function get<T>(url: string, signal: AbortSignal): Promise<T> {
  return (await json(await send("GET", url, undefined, signal))) as T;
}

async function wayIn(projectId: string): Promise<Access> {
  const answer = await send("POST", `${projectUrl(projectId)}/preview/pass`);
  const told = (await json(answer)) as { url: string; pass: string | null; guarded: boolean };
  const url = new URL(told.url, location.href);
  return { base: url.origin + url.pathname, pass: told.pass, guarded: told.guarded };
}
