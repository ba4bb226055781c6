/**
 * `useGenerationStream(projectId)`: everything a component needs to know of one project, live.
 *
 *     const stream = useGenerationStream(projectId);      // null: no project, status `idle`
 *     stream.status        the project's status, or `idle`, or `initializing`
 *     stream.snapshot      the folded state; null until known. Parts that did not change keep
 *                          their identity, so `memo` and `===` work on `files[i]`, `steps`, ...
 *     stream.connection    connecting | live | polling | lost | closed
 *     stream.lastEventAt   Date.now() of the last event, null before the first
 *     stream.gone          the project is unknown or deleted
 *     stream.problem       why the server refuses the stream, else null
 *     stream.preview       who answers at its preview, as it was told last; null before that
 *     stream.viewers       how many look at it through the same server, of those who say so
 *     stream.textOf(path)  the file's text as it is now; undefined while it is being fetched,
 *                          and for planned and binary files
 *     stream.historyOf(path)  how many UTF-16 units of that text to show at once; only the rest
 *                          is typed, at the pace of pacing.ts (Infinity: all is history)
 *     stream.resolve(value)   a string as it is, a Ref's content once fetched (else undefined)
 *     stream.send(prompt, options?), edit(messageId, prompt), remove(messageId), answer(answers),
 *     cancel(), retry(), check(), replace(path, text, version)    promises; reject with `CommandFailed`
 *
 * Any number of components may call it for any number of projects: all share one connection.
 * The functions keep their identity while the project is the same; `textOf`, `historyOf` and
 * `resolve` change it when their answers may have changed, so they may stand in dependencies.
 */
import { useCallback, useMemo, useSyncExternalStore } from "react";

import {
  answerQuestions,
  cancelRun,
  editMessage,
  type FollowUp,
  removeMessage,
  replaceFile,
  retryRun,
  runChecks,
  sendMessage,
} from "./commands";
import { type ProjectView, sharedStore, type StreamStore, UNKNOWN } from "./store";
import type { Ref, StreamStatus } from "./types";

export interface GenerationStream extends Omit<ProjectView, "contents"> {
  status: StreamStatus;
  textOf(path: string): string | undefined;
  historyOf(path: string): number;
  resolve(value: string | Ref): string | undefined;
  send(prompt: string, options?: FollowUp): Promise<void>;
  edit(messageId: string, prompt: string): Promise<void>;
  remove(messageId: string): Promise<void>;
  answer(answers: Record<string, string>): Promise<void>;
  cancel(): Promise<void>;
  retry(): Promise<void>;
  check(): Promise<void>;
  replace(path: string, text: string, version: number): Promise<boolean>;
}

export function useGenerationStream(
  projectId: string | null,
  store: StreamStore = sharedStore(),
): GenerationStream {
  const subscribe = useCallback(
    (changed: () => void) =>
      projectId === null ? () => undefined : store.subscribe(projectId, changed),
    [store, projectId],
  );
  const look = (): ProjectView => (projectId === null ? UNKNOWN : store.view(projectId));
  const view = useSyncExternalStore(subscribe, look, look);
  const commands = useMemo(() => commandsOf(projectId, store), [projectId, store]);
  return useMemo(
    () => ({
      status: projectId === null ? "idle" : (view.snapshot?.status ?? "initializing"),
      snapshot: view.snapshot,
      connection: view.connection,
      lastEventAt: view.lastEventAt,
      gone: view.gone,
      problem: view.problem,
      preview: view.preview,
      viewers: view.viewers,
      textOf: (path: string) => (projectId === null ? undefined : store.textOf(projectId, path)),
      historyOf: (path: string) => (projectId === null ? 0 : store.historyOf(projectId, path)),
      resolve: (value: string | Ref) =>
        projectId === null ? undefined : store.resolve(projectId, value),
      ...commands,
    }),
    [projectId, store, view, commands],
  );
}

function commandsOf(projectId: string | null, store: StreamStore) {
  const known = (): string => {
    if (projectId === null) throw new Error("There is no project to command.");
    return projectId;
  };
  return {
    // Whoever sends from a page is there to be asked.
    send: async (prompt: string, options?: FollowUp) => sendMessage(known(), prompt, { ...options, offer: true }),
    edit: async (messageId: string, prompt: string) => editMessage(known(), messageId, prompt),
    remove: async (messageId: string) => removeMessage(known(), messageId),
    answer: async (answers: Record<string, string>) => answerQuestions(known(), answers),
    cancel: async () => {
      const id = known();
      await cancelRun(id, activeRun(store.view(id)));
    },
    retry: async () => retryRun(known()),
    check: async () => runChecks(known()),
    replace: async (path: string, text: string, version: number) => replaceFile(known(), path, text, version),
  };
}

/** The run to cancel, undefined while it is only queued: then the server knows which one. */
function activeRun(view: ProjectView): string | undefined {
  if (view.snapshot === null || view.snapshot.status === "queued") return undefined;
  return view.snapshot.run ?? undefined;
}
