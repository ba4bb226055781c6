/** One row of the chat. The words of steps and files are fixed. */
import { memo, useContext } from "react";
import type { Question } from "../../events.gen";
import { Bulb, Spinner } from "../../ui/icons";
import { classes } from "../../ui/classes";
import { ReadOnly } from "../../ui/read-only";
import styles from "./chat.module.css";
import { Failure, Stopped } from "./ending-cards";
import { PlanCard } from "./plan-card";
import { QuestionsCard } from "./questions-card";
import type { Row, RowState } from "./rows";
import { type MessageCommands, UserRow } from "./user-row";
import { stateOf } from "../checks/evidence";
import { checkTitle } from "../checks/titles";
import { Success, VersionRow } from "./version-row";

export interface RowProps {
  row: Row;
  projectId: string;
  /** The text of a message, undefined while it is being fetched. */
  said: string | undefined;
  commands: MessageCommands;
  /** What had the focus has gone from the row. */
  onLeft: () => void;
  onRetry: () => Promise<void>;
  onAnswer: (answers: Record<string, string>) => Promise<void>;
  onOpenFile: (path: string) => void;
  onOpenChecks: () => void;
  onOpenContract: () => void;
  onOpenDiff: (version: number) => void;
}

const STEPS = {
  planning: "Planning API structure...",
  generating: "Generating code...",
  validating: "Validating generated code...",
  repairing: "Repairing...",
} as const;

const FILE_WORDS: Record<RowState, string> = {
  running: "Generating ",
  done: "Created ",
  failed: "Did not finish ",
  unfinished: "Did not finish ",
};

export const ChatRow = memo(function ChatRow(props: RowProps) {
  const { row } = props;
  const readOnly = useContext(ReadOnly);
  switch (row.kind) {
    case "user":
      return <UserRow row={row} said={props.said} commands={props.commands} onLeft={props.onLeft} />;
    case "assistant":
      return (
        <li className={styles["assistant"]} data-row="assistant">
          {props.said ?? "…"}
        </li>
      );
    case "waiting":
      return (
        <Line row="waiting" state="running">
          Queued{row.ahead > 0 && <Detail text={`${row.ahead} ahead`} />}
        </Line>
      );
    case "step":
      return (
        <Line row={row.step} state={row.state}>
          {row.step === "repairing" ? `Repairing, round ${row.round}...` : STEPS[row.step]}
          <Detail text={row.detail} />
        </Line>
      );
    case "notes":
      return <Notes notes={row.notes} notMade={row.notMade} />;
    case "questions":
      if (readOnly) return <Asked questions={row.questions} />;
      return <QuestionsCard questions={row.questions} onAnswer={props.onAnswer} onLeft={props.onLeft} />;
    case "plan":
      if (readOnly) return <Asked questions={[row.question]} />;
      return (
        <PlanCard
          question={row.question}
          onAnswer={props.onAnswer}
          onOpenContract={props.onOpenContract}
          onLeft={props.onLeft}
        />
      );
    case "file":
      return (
        <Line row="file" state={row.state}>
          {FILE_WORDS[row.state]}
          <button type="button" className={styles["path"]} onClick={() => props.onOpenFile(row.path)}>
            {row.path}
          </button>
          {row.state === "running" && "..."}
        </Line>
      );
    case "check":
      return <CheckRow row={row} onOpen={props.onOpenChecks} />;
    case "version":
      return <VersionRow version={row.version} projectId={props.projectId} onOpenDiff={props.onOpenDiff} />;
    case "success":
      return <Success {...row} projectId={props.projectId} onOpenDiff={props.onOpenDiff} />;
    case "failure":
      return <Failure {...row} onRetry={props.onRetry} onOpenChecks={props.onOpenChecks} />;
    case "stopped":
      return <Stopped {...row} onRetry={props.onRetry} />;
  }
});

/** What a run waits for, where nobody can answer it. */
function Asked({ questions }: { questions: readonly Question[] }) {
  return (
    <li className={styles["assistant"]} data-row="questions">
      {questions.map(({ text }) => text).join(" ")}
    </li>
  );
}

function Line({ row, state, children }: { row: string; state: RowState; children: React.ReactNode }) {
  return (
    <li className={styles["line"]} data-row={row} data-state={state}>
      <Mark state={state} />
      {children}
    </li>
  );
}

/** The sign before a row. The tick is text, so that it is read, copied and found as words are. */
export function Mark({ state }: { state: RowState | "skipped" }) {
  const name = classes(styles["mark"], styles[state]);
  if (state === "running") {
    return (
      <span className={name}>
        <Spinner />
      </span>
    );
  }
  return <span className={name}>{{ done: "✓ ", failed: "✗ ", unfinished: "– ", skipped: "○ " }[state]}</span>;
}

function Detail({ text }: { text: string }) {
  if (!text) return null;
  return (
    <span className={styles["detail"]} title={text}>
      {" "}
      {text}
    </span>
  );
}

function Notes({ notes, notMade }: { notes: readonly string[]; notMade: readonly string[] }) {
  const label = notMade.length > 0 ? `, ${notMade.length} not made` : "";
  return (
    <li className={styles["line"]} data-row="notes">
      <details>
        <summary className={styles["summary"]}>
          <span className={styles["mark"]}>
            <Bulb />
          </span>
          What was understood{label}
        </summary>
        <ul className={styles["notes"]}>
          {notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
          {notMade.map((operation) => (
            <li key={operation}>
              Not made: <code>{operation}</code>
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

function CheckRow({ row, onOpen }: { row: Row & { kind: "check" }; onOpen: () => void }) {
  const { check, over } = row;
  const mark = stateOf(check, over);
  const state = mark === "passed" ? "done" : mark === "waiting" ? "running" : mark;
  return (
    <li className={classes(styles["line"], styles["within"])} data-row="check" data-state={state}>
      <Mark state={state} />
      <button type="button" className={styles["open"]} onClick={onOpen}>
        {checkTitle(check.check)}
      </button>
      <Detail text={state === "unfinished" ? "Did not finish" : check.summary} />
    </li>
  );
}
