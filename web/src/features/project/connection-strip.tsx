/** Says when the page has lost the server, in a strip that goes away by itself. */
import { useEffect, useState } from "react";
import type { Connection, Problem } from "../../stream/types";
import { Spinner, Warning } from "../../ui/icons";
import styles from "./project-page.module.css";

/** A short break is not worth a word. */
const PATIENCE_MS = 1_000;
/** Nor is the moment in which polls stand in for a stream that comes back. */
const DELAY_MS = 3_000;

interface Props {
  connection: Connection;
  problem: Problem | null;
  /** Something has come from the server before. */
  known: boolean;
  on: boolean;
}

export function ConnectionStrip({ connection, problem, known, on }: Props) {
  const broken = connection === "lost" || (connection === "connecting" && known);
  const lost = useLasting(broken, PATIENCE_MS);
  const delayed = useLasting(connection === "polling" && on, DELAY_MS);
  return (
    <div role="status" className={styles["strips"]}>
      {lost && (
        <p className={styles["strip"]}>
          <Spinner /> {on ? "Connection lost, the run continues" : "Connection lost"}. Reconnecting…
        </p>
      )}
      {delayed && (
        <p className={styles["strip"]}>
          <Warning /> Updates come with a short delay: the live stream does not get through.
        </p>
      )}
      {connection === "closed" && problem && (
        <p className={styles["strip"]}>
          <Warning /> {problem.title}. {problem.detail}
        </p>
      )}
    </div>
  );
}

/** True once `value` has been true for `ms` without a break; false again at once. */
function useLasting(value: boolean, ms: number): boolean {
  const [lasts, setLasts] = useState(false);
  useEffect(() => {
    if (!value) {
      setLasts(false);
      return;
    }
    const timer = setTimeout(() => setLasts(true), ms);
    return () => clearTimeout(timer);
  }, [value, ms]);
  return value && lasts;
}
