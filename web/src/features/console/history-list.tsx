/** The last requests, kept while the page is open; a click brings one back with its answer. */
import type { Answer } from "./answer";
import { Method } from "../../ui/method";
import styles from "./console-tab.module.css";
import type { Draft } from "./request";

export const MOST_KEPT = 20;

export interface Past {
  number: number;
  /** Date.now() when it was sent. */
  at: number;
  method: string;
  path: string;
  draft: Draft;
  answer: Answer | string;
}

interface Props {
  past: readonly Past[];
  onPick: (past: Past) => void;
}

export function HistoryList({ past, onPick }: Props) {
  if (past.length === 0) return null;
  return (
    <section className={styles["history"]} aria-label="History">
      <h3>History</h3>
      <ul>
        {past.map((one) => (
          <li key={one.number}>
            <button type="button" className={styles["operation"]} onClick={() => onPick(one)}>
              <Method method={one.method} />{" "}
              <code>{one.path}</code>
              <span className={styles["outcome"]}>{outcome(one.answer)}</span>
              <time dateTime={new Date(one.at).toISOString()}>{new Date(one.at).toLocaleTimeString("en-GB")}</time>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function outcome(answer: Answer | string): string {
  if (typeof answer === "string") return "no answer";
  const from = answer.from ?? "Smart Forge";
  return `${answer.redirects ? "redirect" : answer.status} ${from} ${Math.round(answer.ms)} ms`;
}
