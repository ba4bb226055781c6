/** A plan that waits: make it, have something otherwise, or leave it. */
import { useId, useRef, useState } from "react";
import type { Question } from "../../events.gen";
import { CommandFailed } from "../../stream/commands";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { GrowingText } from "../../ui/growing-text";
import { Spinner } from "../../ui/icons";
import styles from "./questions-card.module.css";

/** What the server takes as yes and no; all else is a wish. */
const APPROVE = "Approve";
const REJECT = "Reject";
const LONGEST = 2000;

interface Props {
  question: Question;
  /** Rejects with `CommandFailed`. */
  onAnswer: (answers: Record<string, string>) => Promise<void>;
  onOpenContract: () => void;
  /** What had the focus has gone from the row. */
  onLeft: () => void;
}

export function PlanCard({ question, onAnswer, onOpenContract, onLeft }: Props) {
  const [wish, setWish] = useState("");
  const [sent, setSent] = useState("");
  const [problem, setProblem] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  const titleId = useId();
  const words = wish.trim();

  const answer = async (said: string) => {
    if (sent) return;
    setSent(said);
    setProblem("");
    try {
      await onAnswer({ [question.id]: said });
      onLeft();
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      setProblem(error.message);
      setSent("");
    }
  };
  const change = () => {
    if (words) void answer(words);
  };
  return (
    <li className={styles["card"]} data-row="plan">
      <form
        aria-labelledby={titleId}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || event.nativeEvent.isComposing || !wish) return;
          event.preventDefault(); // Else Esc stops the run.
          if (!sent) setWish("");
        }}
        onSubmit={(event) => {
          event.preventDefault();
          change();
        }}
      >
        <h3 id={titleId}>The plan waits for you</h3>
        <p className={styles["text"]}>
          {question.text}{" "}
          <button type="button" className={styles["link"]} onClick={onOpenContract}>
            See the contract
          </button>
        </p>
        <GrowingText
          ref={box}
          className={styles["words"]}
          aria-label="What is to be otherwise"
          placeholder="What is to be otherwise, if anything"
          rows={1}
          maxLength={LONGEST}
          readOnly={sent !== ""}
          value={wish}
          onText={setWish}
          onSend={change}
        />
        <div role="alert">{problem && <p className={styles["problem"]}>{problem}</p>}</div>
        <div className={styles["buttons"]}>
          <button
            type="button"
            className={controls["button"]}
            aria-disabled={sent !== ""}
            onClick={() => void answer(REJECT)}
          >
            {sent === REJECT && <Spinner />}
            Reject
          </button>
          {words ? (
            <button type="submit" className={classes(controls["button"], controls["primary"])}>
              {sent !== "" && <Spinner />}
              Change the plan
            </button>
          ) : (
            <button
              type="button"
              className={classes(controls["button"], controls["primary"])}
              onClick={() => void answer(APPROVE)}
            >
              {sent === APPROVE && <Spinner />}
              Approve
            </button>
          )}
        </div>
      </form>
    </li>
  );
}
