/** One moment of the past in the shape of a live stream, for the components that show one. */
import { useMemo } from "react";
import { CommandFailed } from "../../stream/commands";
import { UNKNOWN } from "../../stream/store";
import type { GenerationStream } from "../../stream/use-generation-stream";
import type { Loaded } from "./use-past";

/** The project as it was after its event `seq`. Its commands reject: nothing is changed from here. */
export function usePastStream({ past, contents, contentsSeen }: Loaded, seq: number): GenerationStream {
  const snapshot = past.at(seq);
  return useMemo(() => {
    const textOf = (path: string): string | undefined => {
      const file = snapshot.files.find((one) => one.path === path);
      if (file?.text !== undefined) return file.text;
      return !file || file.binary || file.sha256 === null ? undefined : contents.get(file.sha256);
    };
    return {
      ...UNKNOWN,
      connection: "live",
      status: snapshot.status,
      snapshot,
      textOf,
      historyOf: () => Infinity, // It stands as it stood; only what is new is typed.
      resolve: (value) => (typeof value === "string" ? value : contents.get(value.ref)),
      send: refuse,
      edit: refuse,
      remove: refuse,
      answer: refuse,
      cancel: refuse,
      retry: refuse,
      check: refuse,
      replace: refuse,
    };
    // `contentsSeen` tells that the contents have changed.
  }, [snapshot, contents, contentsSeen]);
}

function refuse(): Promise<never> {
  return Promise.reject(
    new CommandFailed({ status: 0, title: "This is the past", detail: "Go back to now to change something." }),
  );
}
