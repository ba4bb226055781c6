/** The header's four steps: where the run stands, and how far it has come. */
import type { Snapshot } from "../../events.gen";
import { Check, Circle, Cross, Spinner, Warning } from "../../ui/icons";
import { classes } from "../../ui/classes";
import styles from "./generation-progress-tracker.module.css";
import { type Mark, track } from "./tracker";

const MARKS: Record<Mark, { icon: () => React.ReactNode; said: string }> = {
  ahead: { icon: Circle, said: "not begun" },
  running: { icon: Spinner, said: "in progress" },
  waiting: { icon: Circle, said: "waiting for you" },
  done: { icon: Check, said: "done" },
  unproven: { icon: Warning, said: "unproven" },
  failed: { icon: Cross, said: "did not finish" },
};

/** Repairing is shown as part of Validating. `snapshot` is null until the first event. */
export function GenerationProgressTracker({ snapshot }: { snapshot: Snapshot | null }) {
  // While the next run waits, the last one's progress says nothing about it.
  const progress = snapshot && snapshot.status !== "queued" ? snapshot.progress : 0;
  const failed = snapshot?.status === "error";
  return (
    <div className={styles["tracker"]} data-testid="generation-progress-tracker">
      <ol className={styles["steps"]} aria-label="Progress">
        {track(snapshot).map(({ name, mark, detail }) => {
          const { icon: Icon, said } = MARKS[mark];
          return (
            <li
              key={name}
              className={classes(styles["step"], styles[mark])}
              data-step={name.toLowerCase()}
              data-state={mark}
              aria-current={mark === "running" || mark === "waiting" ? "step" : undefined}
            >
              <Icon />
              <span className={styles["name"]}>{name}</span>
              <span className="sr-only">, {said}</span>
              {detail && <span className={styles["detail"]}>{detail}</span>}
            </li>
          );
        })}
      </ol>
      <div
        className={styles["bar"]}
        role="progressbar"
        aria-label="Generation progress"
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={progress}
      >
        <div
          className={classes(styles["fill"], failed && styles["broken"])}
          style={{ transform: `scaleX(${progress / 100})` }}
        />
      </div>
      <span className={styles["percent"]} aria-hidden="true">
        {progress}%
      </span>
    </div>
  );
}
