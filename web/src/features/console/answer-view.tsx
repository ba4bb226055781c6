/** What came back. It was written by code that nobody trusts: it is shown as text alone. */
import { useState } from "react";
import type { PreviewFrame } from "../../events.gen";
import controls from "../../ui/controls.module.css";
import { CopyButton } from "../../ui/copy-button";
import { bytes, count } from "../../ui/format";
import { Spinner } from "../../ui/icons";
import { type Answer, MOST_BYTES } from "./answer";
import styles from "./console-tab.module.css";
import { refusalOf } from "./refusals";
import { Badge } from "./standing";

/** More is drawn only for who wants it. */
const DRAWN = 100_000;

interface Props {
  /** Words where no answer came. */
  answer: Answer | string | null;
  sending: boolean;
  state: PreviewFrame["state"] | null;
  onAgain: () => void;
}

export function AnswerView({ answer, sending, state, onAgain }: Props) {
  return (
    <section className={styles["answer"]} aria-label="Answer" aria-busy={sending}>
      <div role="status">
        {sending ? (
          <p className={styles["waiting"]}>
            <Spinner /> {state === "asleep" || state === "starting" ? "Waking the API…" : "Waiting for the answer…"}
          </p>
        ) : (
          answer && typeof answer !== "string" && <Verdict answer={answer} />
        )}
      </div>
      {!sending && typeof answer === "string" && (
        <div className={styles["problem"]} role="alert">
          {answer}
        </div>
      )}
      {!sending && answer && typeof answer !== "string" && <Whole answer={answer} onAgain={onAgain} />}
      {!sending && answer === null && <p className={styles["says"]}>Press Send, or Ctrl+Enter.</p>}
    </section>
  );
}

function Verdict({ answer }: { answer: Answer }) {
  const { status, reason, from, ms, size, redirects } = answer;
  const kind = redirects ? "other" : status < 300 ? "good" : status < 500 ? "warn" : "bad";
  return (
    <p className={styles["verdict"]}>
      <strong className={styles["status"]} data-kind={kind}>
        {redirects ? "A redirect" : `${status} ${reason}`}
      </strong>
      {from && <Badge from={from} />}
      <span className={styles["says"]}>
        {Math.round(ms)} ms{size > 0 ? `, ${bytes(size)}` : ""}
      </span>
    </p>
  );
}

function Whole({ answer, onAgain }: { answer: Answer; onAgain: () => void }) {
  const { headers, body, cut, redirects } = answer;
  const refusal = refusalOf(answer);
  return (
    <>
      {refusal && (
        <div className={styles["problem"]}>
          <p>
            <strong>{refusal.title}</strong> {refusal.detail}
          </p>
          {refusal.again && (
            <button type="button" className={controls["button"]} onClick={onAgain}>
              Send again
            </button>
          )}
        </div>
      )}
      {redirects && <p className={styles["says"]}>It leads to another address, which the console does not follow; the curl line shows where.</p>}
      {headers.length > 0 && (
        <details>
          <summary>{count(headers.length, "header")}</summary>
          <dl className={styles["headers"]}>
            {headers.map(([name, value], at) => (
              <div key={at}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      )}
      {cut && (
        <p className={styles["cut"]}>
          The body is longer than {bytes(MOST_BYTES)}: the rest was cut. The curl line gets all of it.
        </p>
      )}
      {body.kind === "text" && <Text key={body.text} text={body.text} />}
      {body.kind === "binary" && (
        <p className={styles["says"]}>
          Binary, {cut ? "more than " : ""}
          {bytes(answer.size)}, {body.type}. It is not shown; the curl line gets it with <code>-o FILE</code> in place of{" "}
          <code>-i</code>.
        </p>
      )}
      {body.kind === "none" && !redirects && <p className={styles["says"]}>No body.</p>}
    </>
  );
}

function Text({ text }: { text: string }) {
  const [whole, setWhole] = useState(false);
  const long = text.length > DRAWN && !whole;
  return (
    <div className={styles["text"]}>
      <CopyButton text={() => text} title="Copy the body" className={styles["copy"]} />
      <pre tabIndex={0} role="region" aria-label="Body">
        {long ? text.slice(0, DRAWN) : text}
      </pre>
      {long && (
        <button type="button" className={controls["button"]} onClick={() => setWhole(true)}>
          Show the other {count(text.length - DRAWN, "character")}
        </button>
      )}
    </div>
  );
}
