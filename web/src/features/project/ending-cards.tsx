/** The cards at the end of a run that left no version: what happened, and the one thing to do. */
import { useContext, useState } from "react";
import type { Failure as Problem } from "../../events.gen";
import { CommandFailed } from "../../stream/commands";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { count } from "../../ui/format";
import { Retry, Spinner } from "../../ui/icons";
import { ReadOnly } from "../../ui/read-only";
import styles from "./chat.module.css";

interface FailureProps {
  error: Problem;
  /** There is a version, which stays as it was. */
  stands: boolean;
  /** What models took, empty where none was asked. */
  spent: string;
  onRetry: () => Promise<void>;
  onOpenChecks: () => void;
}

export function Failure({ error, stands, spent, onRetry, onOpenChecks }: FailureProps) {
  return (
    <li className={classes(styles["card"], styles["failed"])} data-row="failure">
      <h3>{stands ? "The API was not changed" : "The API was not generated"}</h3>
      <p>{error.message}</p>
      {error.hint && <p className={controls["muted"]}>{error.hint}</p>}
      {spent && <p className={styles["numbers"]}>Models took {spent}</p>}
      {error.retryable && <RetryButton label="Try again" onRetry={onRetry} />}
      <details>
        <summary>Details</summary>
        <p>
          Code: <code>{error.code}</code>. What was written so far is kept; the last complete version, if there is
          one, stays as it was.
        </p>
        {error.code === "checks_failed" && (
          <button type="button" className={classes(controls["button"], styles["evidence"])} onClick={onOpenChecks}>
            Show the checks
          </button>
        )}
      </details>
    </li>
  );
}

interface StoppedProps {
  /** The reason that the run was cancelled with, a sentence. */
  why: string;
  kept: number;
  planned: number;
  unfinished: readonly string[];
  spent: string;
  onRetry: () => Promise<void>;
}

export function Stopped({ why, kept, planned, unfinished, spent, onRetry }: StoppedProps) {
  return (
    <li className={classes(styles["card"], styles["stopped"])} data-row="stopped">
      <h3>{why.replace(/\.$/, "")}</h3>
      {kept + unfinished.length > 0 && (
        <p>
          {kept} of {count(planned, "file")} kept
          {unfinished.length > 0 && (
            <>
              , <code>{unfinished.join(", ")}</code> incomplete
            </>
          )}
          .
        </p>
      )}
      {spent && <p className={styles["numbers"]}>Models took {spent}</p>}
      <RetryButton label="Run again" onRetry={onRetry} />
    </li>
  );
}

function RetryButton({ label, onRetry }: { label: string; onRetry: () => Promise<void> }) {
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState("");
  if (useContext(ReadOnly)) return null;
  const press = async () => {
    setAsked(true);
    setProblem("");
    try {
      await onRetry();
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      setProblem(error.message);
      setAsked(false);
    }
  };
  return (
    <>
      <button
        type="button"
        className={classes(controls["button"], controls["primary"])}
        disabled={asked}
        onClick={() => void press()}
      >
        {asked ? <Spinner /> : <Retry />} {label}
      </button>
      <div role="alert">{problem && <p className={controls["bad"]}>{problem}</p>}</div>
    </>
  );
}
