/** Asks the server once for what is wanted, and again when the user says so. */
import { useCallback, useEffect, useState } from "react";
import { CommandFailed } from "../../stream/commands";
import type { Problem } from "../../stream/types";

export interface Asked<Value> {
  value: Value | null;
  problem: Problem | null;
  again: () => void;
}

/**
 * What `ask` brings for `key`, a name of what is asked for; nothing is asked where it is null. An
 * answer to an earlier key is never shown for a later one.
 */
export function useAsked<Value>(key: string | null, ask: (signal: AbortSignal) => Promise<Value>): Asked<Value> {
  const [answer, setAnswer] = useState<{ key: string; value: Value | null; problem: Problem | null } | null>(null);
  const [times, setTimes] = useState(0);

  useEffect(() => {
    if (key === null) return;
    const stop = new AbortController();
    const take = (value: Value | null, problem: Problem | null) => {
      if (!stop.signal.aborted) setAnswer({ key, value, problem });
    };
    ask(stop.signal).then(
      (value) => take(value, null),
      (error: unknown) => {
        if (!(error instanceof CommandFailed)) throw error;
        take(null, error);
      },
    );
    return () => stop.abort();
    // `key` names all that `ask` depends on.
  }, [key, times]);

  const again = useCallback(() => {
    setAnswer(null);
    setTimes((before) => before + 1);
  }, []);
  const current = answer?.key === key ? answer : null;
  return { value: current?.value ?? null, problem: current?.problem ?? null, again };
}
