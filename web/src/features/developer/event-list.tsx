/** What arrived, a line each. Only the lines that are seen are in the document. */
import { type KeyboardEvent, useEffect, useLayoutEffect, useRef, useState } from "react";
import type { Arrival } from "../../stream/recorder";
import { classes } from "../../ui/classes";
import styles from "./developer-console.module.css";
import { lagOf, lineOf } from "./lags";

const ROW = 26;
const BEYOND = 6;
/** More of a line than anybody sees. */
const SHOWN = 400;

interface Props {
  arrivals: readonly Arrival[];
  selected: number | null;
  onSelect: (number: number) => void;
}

export function EventList({ arrivals, selected, onSelect }: Props) {
  const list = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 0 });
  const tail = useRef(true);

  useEffect(() => {
    const element = list.current;
    if (!element) return;
    const watch = new ResizeObserver(() => setView((now) => ({ ...now, height: element.clientHeight })));
    watch.observe(element);
    return () => watch.disconnect();
  }, []);
  useLayoutEffect(() => {
    // Whoever stands at the end stays there.
    if (tail.current && list.current) list.current.scrollTop = list.current.scrollHeight;
  }, [arrivals, view.height]);

  const at = arrivals.findIndex(({ number }) => number === selected);
  const move = (event: KeyboardEvent): void => {
    const page = Math.max(1, Math.floor(view.height / ROW) - 1);
    const steps: Record<string, number> = {
      ArrowDown: at + 1,
      ArrowUp: at < 0 ? arrivals.length - 1 : at - 1,
      PageDown: at + page,
      PageUp: (at < 0 ? arrivals.length : at) - page,
      Home: 0,
      End: arrivals.length - 1,
    };
    const wanted = steps[event.key];
    if (wanted === undefined || arrivals.length === 0) return;
    event.preventDefault();
    const to = Math.min(Math.max(0, wanted), arrivals.length - 1);
    onSelect(arrivals[to]!.number);
    reveal(list.current, to);
  };

  const first = Math.max(0, Math.floor(view.top / ROW) - BEYOND);
  const last = Math.min(arrivals.length, Math.ceil((view.top + view.height) / ROW) + BEYOND);
  const active = at >= first && at < last ? `arrival-${selected}` : undefined;
  return (
    <div
      ref={list}
      className={styles["list"]}
      role="listbox"
      aria-label="Events"
      aria-activedescendant={active}
      tabIndex={0}
      onKeyDown={move}
      onScroll={({ currentTarget: { scrollTop, clientHeight, scrollHeight } }) => {
        tail.current = scrollTop + clientHeight >= scrollHeight - ROW;
        setView({ top: scrollTop, height: clientHeight });
      }}
    >
      <div role="presentation" className={styles["rows"]} style={{ height: arrivals.length * ROW }}>
        {arrivals.slice(first, last).map((arrival, nth) => (
          <Row
            key={arrival.number}
            arrival={arrival}
            place={first + nth}
            of={arrivals.length}
            selected={arrival.number === selected}
            onSelect={onSelect}
          />
        ))}
      </div>
    </div>
  );
}

interface RowProps {
  arrival: Arrival;
  place: number;
  of: number;
  selected: boolean;
  onSelect: (number: number) => void;
}

function Row({ arrival, place, of, selected, onSelect }: RowProps) {
  const { number, at, type, seq } = arrival;
  const lag = lagOf(arrival);
  return (
    <div
      id={`arrival-${number}`}
      role="option"
      aria-selected={selected}
      aria-posinset={place + 1}
      aria-setsize={of}
      className={classes(styles["row"], selected && styles["selected"])}
      style={{ transform: `translateY(${place * ROW}px)` }}
      onClick={() => onSelect(number)}
    >
      <span className={styles["time"]}>{time(at)}</span>
      <span className={styles["seq"]}>{seq ?? ""}</span>
      <span className={styles["type"]}>{type}</span>
      <span className={styles["lag"]}>{lag === null ? "" : `${lag} ms`}</span>
      <span className={styles["line"]}>{lineOf(arrival).slice(0, SHOWN)}</span>
    </div>
  );
}

function reveal(list: HTMLElement | null, place: number): void {
  if (!list) return;
  const top = place * ROW;
  if (top < list.scrollTop) list.scrollTop = top;
  else if (top + ROW > list.scrollTop + list.clientHeight) list.scrollTop = top + ROW - list.clientHeight;
}

/** The time of day with milliseconds, as 14:05:09.123. */
function time(at: number): string {
  const date = new Date(at);
  const two = (value: number): string => String(value).padStart(2, "0");
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return `${clock}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}
