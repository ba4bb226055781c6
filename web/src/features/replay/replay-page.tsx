/** A project as it was: any moment of its past, and the way from one to the next. */
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { ArrowLeft, Spinner, Warning } from "../../ui/icons";
import { ReadOnly } from "../../ui/read-only";
import { navigate, projectPath, replayPath } from "../../ui/route";
import { Header } from "../project/header";
import { UnknownProject } from "../project/project-page";
import { ProjectView } from "../project/project-view";
import { useKeys } from "./keys";
import { markAfter, markBefore, marksOf } from "./marks";
import { usePastStream } from "./past-stream";
import { usePlayer } from "./player";
import { ReplayBar } from "./replay-bar";
import styles from "./replay.module.css";
import { type Loaded, usePast } from "./use-past";

/** How long a moment has to be looked at before the address names it. */
const SETTLE_MS = 300;

export function ReplayPage({ projectId }: { projectId: string }) {
  const [times, setTimes] = useState(0);
  const loaded = usePast(projectId, times);
  const { ready, problem, count } = loaded;
  useEffect(() => {
    document.title = "Replay · Smart Forge";
  }, []);

  if (problem?.status === 404 || problem?.status === 410) return <UnknownProject />;
  if (ready) return <Replay key={projectId} projectId={projectId} loaded={loaded} />;
  return (
    <main className={styles["loading"]}>
      {problem ? (
        <>
          <h1>The past could not be loaded</h1>
          <p role="alert">
            {problem.title}. {problem.detail}
          </p>
          <button type="button" className={controls["button"]} onClick={() => setTimes(times + 1)}>
            Try again
          </button>
        </>
      ) : (
        <p role="status">
          <Spinner /> Loading the past… {count > 0 && `${count.toLocaleString("en")} events`}
        </p>
      )}
    </main>
  );
}

function Replay({ projectId, loaded }: { projectId: string; loaded: Loaded }) {
  const { past, count } = loaded;
  const [wanted] = useState(() => new URLSearchParams(location.search).get("at"));
  const player = usePlayer(past, momentOf(wanted, past.last));
  const { seq, playing, goTo, toggle } = player;
  const stream = usePastStream(loaded, seq);
  const marks = useMemo(() => marksOf(past.events), [past, count]);
  const back = useCallback(() => navigate(projectPath(projectId)), [projectId]);
  useAddress(projectId, seq, playing);
  const title = stream.snapshot?.title;
  useEffect(() => {
    document.title = `Replay: ${title || "Project"} · Smart Forge`;
  }, [title]);
  useKeys({
    " ": toggle,
    ArrowLeft: () => goTo(seq - 1),
    ArrowRight: () => goTo(seq + 1),
    Home: () => goTo(1),
    End: () => goTo(past.last),
    "[": () => goTo(markBefore(marks, seq)?.seq ?? 1),
    "]": () => goTo(markAfter(marks, seq)?.seq ?? past.last),
    Escape: back,
  });

  const at = past.madeAt(seq);
  const top = (
    <>
      <Header projectId={projectId} snapshot={stream.snapshot} at={at} />
      <div className={styles["strip"]} role="region" aria-label="The past">
        <p>
          <b>You are looking at the past:</b> <time dateTime={new Date(at).toISOString()}>{when(at)}</time>.{" "}
          <span className={styles["aside"]}>Nothing can be changed here. </span>
          {noticeOf(wanted, loaded)}
        </p>
        <button type="button" className={classes(controls["button"], styles["back"])} title="Esc" onClick={back}>
          <ArrowLeft /> Back to now
        </button>
      </div>
    </>
  );
  const link = () => new URL(replayPath(projectId, seq), location.href).href;
  const bottom = <ReplayBar past={past} last={count} marks={marks} player={player} link={link} />;
  return (
    <ReadOnly value={true}>
      <ProjectView projectId={projectId} stream={stream} top={top} bottom={bottom} />
    </ReadOnly>
  );
}

/** The event that an address names; the first where it names none, the last where it goes beyond. */
function momentOf(wanted: string | null, last: number): number {
  if (wanted === null || !/^\d{1,15}$/.test(wanted)) return Math.min(1, last);
  return Math.max(Math.min(1, last), Math.min(Number(wanted), last));
}

/** What there is to say about the moment that was asked for, or the events that are not here. */
function noticeOf(wanted: string | null, { cut, past, problem }: Loaded) {
  const said =
    wanted !== null && !/^\d{1,15}$/.test(wanted)
      ? "The address names no moment, so this begins with the first."
      : Number(wanted) > past.last
        ? `There is no event ${wanted} yet.`
        : cut
          ? `Only the first ${past.last.toLocaleString("en")} events are replayed.`
          : problem
            ? "What came since could not be loaded."
            : "";
  if (!said) return null;
  return (
    <span className={styles["notice"]}>
      <Warning /> {said}
    </span>
  );
}

function when(ts: number): string {
  return new Date(ts).toLocaleString("en", { dateStyle: "medium", timeStyle: "medium" });
}

/** The address follows the moment that is looked at, so that it can be kept and given on. */
function useAddress(projectId: string, seq: number, playing: boolean): void {
  const first = useRef(true);
  useEffect(() => {
    if (first.current || playing) {
      first.current = false;
      return;
    }
    const timer = setTimeout(() => {
      // This page stays until the next one is there; the address is that one's by then.
      if (location.pathname !== replayPath(projectId)) return;
      history.replaceState(history.state, "", replayPath(projectId, seq));
    }, SETTLE_MS);
    return () => clearTimeout(timer);
  }, [projectId, seq, playing]);
}
