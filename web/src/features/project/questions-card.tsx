/** What a run wants to know before it makes anything: choices to pick, or words of one's own. */
import { useId, useState } from "react";
import type { Question } from "../../events.gen";
import { CommandFailed } from "../../stream/commands";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { Spinner } from "../../ui/icons";
import styles from "./questions-card.module.css";

const LONGEST = 2000;

interface Props {
  questions: readonly Question[];
  /** Rejects with `CommandFailed`. */
  onAnswer: (answers: Record<string, string>) => Promise<void>;
  /** What had the focus has gone from the row. */
  onLeft: () => void;
}

export function QuestionsCard({ questions, onAnswer, onLeft }: Props) {
  const [given, setGiven] = useState<Readonly<Record<string, string>>>({});
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const titleId = useId();
  const said = Object.fromEntries(Object.entries(given).filter(([, words]) => words.trim() !== ""));

  const submit = async (answers: Record<string, string>) => {
    if (busy) return;
    setBusy(true);
    setProblem("");
    try {
      await onAnswer(answers);
      onLeft();
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      setProblem(error.message);
      setBusy(false);
    }
  };
  return (
    <li className={styles["card"]} data-row="questions">
      <form
        aria-labelledby={titleId}
        onSubmit={(event) => {
          event.preventDefault();
          void submit(said);
        }}
      >
        <h3 id={titleId}>Before it is planned</h3>
        {questions.map((question) => (
          <Asked
            key={question.id}
            question={question}
            value={given[question.id] ?? ""}
            busy={busy}
            onValue={(words) => setGiven((now) => ({ ...now, [question.id]: words }))}
          />
        ))}
        <div role="alert">{problem && <p className={styles["problem"]}>{problem}</p>}</div>
        <div className={styles["buttons"]}>
          <button type="button" className={controls["button"]} aria-disabled={busy} onClick={() => void submit({})}>
            Skip, decide for me
          </button>
          <button
            type="submit"
            className={classes(controls["button"], controls["primary"])}
            disabled={Object.keys(said).length === 0}
          >
            {busy && <Spinner />}
            Go on
          </button>
        </div>
      </form>
    </li>
  );
}

interface AskedProps {
  question: Question;
  value: string;
  busy: boolean;
  onValue: (words: string) => void;
}

function Asked({ question, value, busy, onValue }: AskedProps) {
  const name = useId();
  return (
    <fieldset className={styles["asked"]}>
      <legend>{question.text}</legend>
      {question.choices.map((choice) => (
        <label key={choice} className={styles["choice"]}>
          <input
            type="radio"
            name={name}
            checked={value === choice}
            disabled={busy}
            onChange={() => onValue(choice)}
          />
          {choice}
        </label>
      ))}
      <input
        type="text"
        className={styles["words"]}
        aria-label={`Your own answer: ${question.text}`}
        placeholder={question.choices.length > 0 ? "Or in your own words" : "Your answer"}
        maxLength={LONGEST}
        readOnly={busy}
        value={question.choices.includes(value) ? "" : value}
        onChange={(event) => onValue(event.target.value)}
      />
    </fieldset>
  );
}
