/** The controls of a replay: play, scrub, go from mark to mark, choose how fast. */
import { useId, useMemo } from "react";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { CopyButton } from "../../ui/copy-button";
import { clock } from "../../ui/format";
import { type Mark, markAfter, markAt, markBefore } from "./marks";
import { Next, Pause, Play, Previous } from "./icons";
import { KEYS } from "./keys";
import type { Past } from "./past";
import { type Player, type Speed, SPEEDS } from "./player";
import styles from "./replay.module.css";

interface Props {
  past: Past;
  /** How far the past goes by now. */
  last: number;
  marks: readonly Mark[];
  player: Player;
  /** The address of this moment. */
  link: () => string;
}

export function ReplayBar({ past, last, marks, player, link }: Props) {
  const { seq, playing, speed, goTo, toggle, setSpeed } = player;
  const here = markAt(marks, seq);
  const before = markBefore(marks, seq);
  const after = markAfter(marks, seq);
  const place = `Event ${seq.toLocaleString("en")} of ${last.toLocaleString("en")}`;
  return (
    <section className={styles["bar"]} aria-label="Replay" title={KEYS}>
      <div className={styles["buttons"]}>
        <button
          type="button"
          className={controls["quiet"]}
          aria-label={before ? `Back to ${before.label}` : "Back to the mark before"}
          aria-disabled={!before}
          onClick={() => before && goTo(before.seq)}
        >
          <Previous />
        </button>
        <button
          type="button"
          className={classes(controls["button"], controls["primary"], styles["play"])}
          aria-label={playing ? "Pause" : "Play"}
          onClick={toggle}
        >
          {playing ? <Pause /> : <Play />}
        </button>
        <button
          type="button"
          className={controls["quiet"]}
          aria-label={after ? `On to ${after.label}` : "On to the next mark"}
          aria-disabled={!after}
          onClick={() => after && goTo(after.seq)}
        >
          <Next />
        </button>
      </div>
      <div className={styles["track"]}>
        <Ticks marks={marks} last={last} />
        <input
          type="range"
          className={styles["scrubber"]}
          data-scrubber
          aria-label="Moment"
          aria-valuetext={`${place}${here ? `, ${here.label}` : ""}`}
          min={1}
          max={Math.max(1, last)}
          value={seq}
          onChange={(event) => goTo(Number(event.target.value))}
        />
        <p className={styles["place"]}>
          <span className={styles["here"]}>{here?.label ?? "The prompt"}</span>
          <span>{place}</span>
          <span>
            {clock(past.time(seq))} / {clock(past.length)}
          </span>
        </p>
      </div>
      <div className={styles["choices"]}>
        <Speeds speed={speed} onSpeed={setSpeed} />
        <GoTo marks={marks} here={here} onGo={goTo} />
        <CopyButton text={link} title="Copy a link to this moment" className={styles["word"]} />
      </div>
    </section>
  );
}

function Speeds({ speed, onSpeed }: { speed: Speed; onSpeed: (speed: Speed) => void }) {
  return (
    <div className={styles["speeds"]} role="group" aria-label="Speed">
      {SPEEDS.map((one) => (
        <button
          key={one}
          type="button"
          className={controls["quiet"]}
          aria-pressed={one === speed}
          title={one === Infinity ? "Play goes to the end at once" : `${one} times as fast as it was`}
          onClick={() => onSpeed(one)}
        >
          {one === Infinity ? "Instant" : `${one}×`}
        </button>
      ))}
    </div>
  );
}

interface GoToProps {
  marks: readonly Mark[];
  here: Mark | undefined;
  onGo: (seq: number) => void;
}

/** Every mark, for keyboards, fingers and screen readers; the ticks are too small for these. */
function GoTo({ marks, here, onGo }: GoToProps) {
  const id = useId();
  const options = useMemo(
    () =>
      marks.map(({ seq, kind, label }) => (
        <option key={seq} value={seq}>
          {INDENT[kind] + label}
        </option>
      )),
    [marks],
  );
  return (
    <>
      <label htmlFor={id} className="sr-only">
        Go to
      </label>
      <select id={id} className={styles["goTo"]} value={here?.seq ?? ""} onChange={(event) => onGo(Number(event.target.value))}>
        {!here && <option value="">Go to…</option>}
        {options}
      </select>
    </>
  );
}

// Spaces that a list does not swallow.
const INDENT: Record<Mark["kind"], string> = { run: "", step: "\u2002", file: "\u2003\u2003", end: "\u2002" };

/** Labels nearer to each other than this share of the track would overlap. */
const APART = 16;

/** The steps that have room for their name: the longer one first. */
function labelled(marks: readonly Mark[], last: number, place: (seq: number) => number): Set<number> {
  const steps = marks.filter(({ kind }) => kind === "step");
  const spans = steps.map(({ seq }, at) => ({ seq, span: (steps[at + 1]?.seq ?? last) - seq }));
  const taken: number[] = [];
  const named = spans.sort((a, b) => b.span - a.span).filter(({ seq }) => {
    const free = taken.every((other) => Math.abs(other - place(seq)) >= APART);
    if (free) taken.push(place(seq));
    return free;
  });
  return new Set(named.map(({ seq }) => seq));
}

function Ticks({ marks, last }: { marks: readonly Mark[]; last: number }) {
  return useMemo(() => {
    const place = (seq: number) => (last > 1 ? (100 * (seq - 1)) / (last - 1) : 0);
    const named = labelled(marks, last, place);
    const ticks = marks.map(({ seq, kind, label }) => {
      const at = place(seq);
      const says = named.has(seq);
      return (
        <span key={seq} className={styles["tick"]} data-kind={kind} style={{ left: `${at}%` }}>
          {says && <span className={classes(styles["label"], at > 100 - APART && styles["leftward"])}>{label}</span>}
        </span>
      );
    });
    return (
      <div className={styles["ticks"]} aria-hidden="true">
        {ticks}
      </div>
    );
  }, [marks, last]);
}
