/** The checks: what was asked of the generated API, the verdict, and the evidence. */
import { memo } from "react";
import type { CheckState, Ref } from "../../events.gen";
import { isRef } from "../../stream/types";
import { classes } from "../../ui/classes";
import { CopyButton } from "../../ui/copy-button";
import { count, duration } from "../../ui/format";
import { Check, Circle, Cross, Dash, Spinner } from "../../ui/icons";
import styles from "./checks-tab.module.css";
import { evidenceOf, stateOf, type CheckMark } from "./evidence";
import { RunAgain } from "./run-again";
import { checkTitle } from "./titles";

interface Props {
  checks: readonly CheckState[];
  /** The run has ended: a check without a verdict will not get one. */
  over: boolean;
  resolve: (value: string | Ref) => string | undefined;
  /** Asks for them again; null where nobody may, or there is no version to check. */
  onRun: (() => Promise<void>) | null;
}

const MARKS: Record<CheckMark, { icon: () => React.ReactNode; word: string }> = {
  waiting: { icon: Circle, word: "Waiting" },
  running: { icon: Spinner, word: "Running" },
  passed: { icon: Check, word: "Passed" },
  failed: { icon: Cross, word: "Failed" },
  skipped: { icon: Dash, word: "Skipped" },
  unfinished: { icon: Dash, word: "Did not finish" },
};

export function ChecksTab({ checks, over, resolve, onRun }: Props) {
  const passed = checks.filter((check) => check.verdict === "passed").length;
  return (
    <div className={styles["checks"]} tabIndex={0} role="region" aria-label="Checks">
      <div className={styles["top"]}>
        <p className={styles["lead"]}>
          {checks.length === 0
            ? "The checks appear here once the code is written."
            : `${passed} of ${count(checks.length, "check")} passed`}
        </p>
        {onRun && <RunAgain busy={!over} onRun={onRun} />}
      </div>
      <ul className={styles["list"]}>
        {checks.map((check) => (
          <CheckItem
            key={check.check}
            check={check}
            over={over}
            fetched={isRef(check.evidence) ? resolve(check.evidence) : undefined}
          />
        ))}
      </ul>
    </div>
  );
}

interface ItemProps {
  check: CheckState;
  over: boolean;
  /** Evidence too large for its event, once it is there. */
  fetched: string | undefined;
}

const CheckItem = memo(function CheckItem({ check, over, fetched }: ItemProps) {
  const mark = stateOf(check, over);
  const { icon: Icon, word } = MARKS[mark];
  const evidence = evidenceText(check.evidence, fetched);
  return (
    <li className={classes(styles["check"], styles[mark])} data-check={check.check} data-state={mark}>
      <div className={styles["head"]}>
        <span className={styles["mark"]}>
          <Icon />
        </span>
        <h3>{checkTitle(check.check)}</h3>
        <span className={styles["verdict"]}>{word}</span>
        {!check.required && <span className={styles["muted"]}>not required</span>}
        {check.durationMs !== null && <span className={styles["time"]}>{duration(check.durationMs)}</span>}
      </div>
      {check.summary && <p className={styles["summary"]}>{check.summary}</p>}
      {evidence.length > 0 && (
        <details open={mark === "failed"}>
          <summary>Evidence</summary>
          <dl>
            {evidence.map(({ name, text }) => (
              <div key={name}>
                <dt>
                  {name}
                  {name === "curl" && <CopyButton text={() => text} title="Copy what reproduces this" />}
                </dt>
                <dd>
                  <pre tabIndex={0}>{text}</pre>
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </li>
  );
});

function evidenceText(evidence: CheckState["evidence"], fetched: string | undefined) {
  if (!isRef(evidence)) return evidenceOf(evidence);
  return fetched === undefined ? [{ name: "evidence", text: "Loading…" }] : evidenceOf(JSON.parse(fetched));
}
