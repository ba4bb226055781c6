/** The developer console: every event as it came, and how the connection does. */
import { useEffect, useMemo, useRef, useState } from "react";
import type { ReaderFigures } from "../../stream/page-reader";
import type { Arrival } from "../../stream/recorder";
import { sharedStore, type StreamStore } from "../../stream/store";
import { CopyButton } from "../../ui/copy-button";
import controls from "../../ui/controls.module.css";
import { count } from "../../ui/format";
import { Cross } from "../../ui/icons";
import styles from "./developer-console.module.css";
import { earlier, missing } from "./earlier";
import { EventList } from "./event-list";
import { Figures } from "./figures";
import { filtered, lagsOf, ndjson } from "./lags";
import { Latency } from "./latency";

/** What is shown lags this much behind, so that looking costs little. */
const RENEW_MS = 250;
const FIGURES_MS = 1_000;

export default function DeveloperConsole({ onClose }: { onClose: () => void }) {
  const store = sharedStore();
  const arrived = useArrivals(store);
  const [before, setBefore] = useState<readonly Arrival[]>([]);
  const arrivals = useMemo(() => [...before, ...arrived], [before, arrived]);
  const figures = useFigures(store);
  const [words, setWords] = useState("");
  const [selected, setSelected] = useState<number | null>(null);
  const filter = useRef<HTMLInputElement>(null);
  useEffect(() => filter.current?.focus(), []);

  const shown = useMemo(() => filtered(arrivals, words), [arrivals, words]);
  const lags = useMemo(() => lagsOf(shown), [shown]);
  const detail = shown.find(({ number }) => number === selected);
  return (
    <section
      className={styles["console"]}
      aria-labelledby="developer-heading"
      data-testid="developer-console"
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation(); // Elsewhere Esc stops the run.
        onClose();
      }}
    >
      <div className={styles["bar"]}>
        <h2 id="developer-heading">Developer console</h2>
        <input
          ref={filter}
          type="search"
          className={styles["filter"]}
          aria-label="Filter events"
          placeholder="Filter: code:chunk main.py"
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <span className={styles["count"]} role="status">
          {words.trim() ? `${shown.length} of ${count(arrivals.length, "event")}` : count(arrivals.length, "event")}
        </span>
        {before.length === 0 && <Earlier arrived={arrived} onFound={setBefore} />}
        <CopyButton
          text={() => ndjson(shown)}
          word="Copy NDJSON"
          title="Copy what is shown, one JSON text a line"
          disabled={shown.length === 0}
        />
        <button type="button" className={controls["quiet"]} aria-label="Close the developer console" onClick={onClose}>
          <Cross />
        </button>
      </div>
      <div className={styles["body"]}>
        <div className={styles["events"]}>
          <EventList arrivals={shown} selected={selected} onSelect={setSelected} />
          {shown.length === 0 && (
            <p className={styles["empty"]}>
              {arrivals.length === 0 ? "Nothing has arrived: open a project." : "No event has these words."}
            </p>
          )}
          {detail && (
            <pre className={styles["detail"]} tabIndex={0} role="region" aria-label={`Event ${detail.number}`}>
              {JSON.stringify(detail.data, null, 2)}
            </pre>
          )}
        </div>
        <div className={styles["side"]} tabIndex={0} role="region" aria-label="Figures">
          <Latency lags={lags} />
          <Figures store={store} figures={figures} />
        </div>
      </div>
    </section>
  );
}

interface EarlierProps {
  arrived: readonly Arrival[];
  onFound: (found: readonly Arrival[]) => void;
}

/** Fetches what the logs hold from before this page followed them. */
function Earlier({ arrived, onFound }: EarlierProps) {
  const [state, setState] = useState<"idle" | "fetching" | "failed">("idle");
  const until = useMemo(() => missing(arrived), [arrived]);
  if (until.size === 0) return null;
  const fetchAll = async (): Promise<void> => {
    setState("fetching");
    try {
      const found = await Promise.all([...until].map(([id, seq]) => earlier(id, seq)));
      // Numbers tell rows apart; those of several projects would be the same.
      const all = found.flat().sort((a, b) => a.at - b.at);
      onFound(all.map((one, at) => ({ ...one, number: at + 1 - all.length })));
      setState("idle");
    } catch {
      setState("failed");
    }
  };
  return (
    <button
      type="button"
      className={controls["quiet"]}
      disabled={state === "fetching"}
      onClick={() => void fetchAll()}
    >
      {state === "failed" ? "Not loaded: try again" : "Load earlier"}
    </button>
  );
}

/** What arrived so far, renewed a few times a second. */
function useArrivals(store: StreamStore): readonly Arrival[] {
  const [arrivals, setArrivals] = useState(() => store.recorder.list());
  useEffect(() => {
    let seen = -1;
    const look = (): void => {
      if (store.recorder.total === seen) return;
      seen = store.recorder.total;
      setArrivals(store.recorder.list());
    };
    const timer = setInterval(look, RENEW_MS);
    return () => clearInterval(timer);
  }, [store]);
  return arrivals;
}

function useFigures(store: StreamStore): ReaderFigures | null {
  const [figures, setFigures] = useState<ReaderFigures | null>(null);
  useEffect(() => {
    let wanted = true;
    const look = (): void => {
      void store.figures().then((found) => wanted && setFigures(found));
    };
    look();
    const timer = setInterval(look, FIGURES_MS);
    return () => {
      wanted = false;
      clearInterval(timer);
    };
  }, [store]);
  return figures;
}
