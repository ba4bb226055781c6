/** Where a follow-up is typed. While a run is on, Stop stands in Send's place. */
import { useEffect, useId, useRef, useState } from "react";
import { CommandFailed } from "../../stream/commands";
import type { GenerationStream } from "../../stream/use-generation-stream";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { GrowingText } from "../../ui/growing-text";
import { ArrowUp, Spinner, Stop } from "../../ui/icons";
import { useDraft } from "../../ui/use-draft";
import styles from "./composer.module.css";
import { isBusy } from "./rows";

interface Props {
  projectId: string;
  stream: GenerationStream;
  onSent: () => void;
}

export function Composer({ projectId, stream, onSent }: Props) {
  const [text, setText] = useDraft(projectId);
  const [approve, setApprove] = useState(false);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState("");
  const box = useRef<HTMLTextAreaElement>(null);
  const problemId = useId();
  const busy = stream.snapshot !== null && isBusy(stream.status);
  const { stopping, stop } = useStop(stream, busy, setProblem);
  const blank = text.trim() === "";

  const submit = async () => {
    if (blank || sending) return;
    setSending(true);
    setProblem("");
    try {
      await stream.send(text, approve ? { approve } : {});
      setText("");
      onSent();
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      setProblem(error.message);
    } finally {
      setSending(false);
    }
  };

  return (
    <form
      className={styles["composer"]}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div role="alert" id={problemId}>
        {problem && <p className={styles["problem"]}>{problem}</p>}
      </div>
      <div className={styles["box"]}>
        <GrowingText
          ref={box}
          className={styles["text"]}
          aria-label="Ask for a change"
          aria-describedby={problem ? problemId : undefined}
          placeholder={busy ? "Ask for a change; it waits its turn" : "Ask for a change"}
          rows={1}
          readOnly={sending}
          value={text}
          onText={setText}
          onSend={() => void submit()}
        />
        {busy && !blank && (
          <button type="submit" className={classes(controls["button"], styles["queue"])} disabled={sending}>
            Queue
          </button>
        )}
        {busy ? (
          <button
            type="button"
            className={classes(styles["send"], styles["stop"])}
            aria-label={stopping ? "Stopping" : "Stop"}
            title="Stop (Esc)"
            disabled={stopping}
            onClick={() => void stop()}
          >
            {stopping ? <Spinner /> : <Stop />}
          </button>
        ) : (
          <button
            type="submit"
            className={styles["send"]}
            aria-label={sending ? "Sending" : "Send"}
            title="Send (Enter)"
            disabled={blank || sending || stream.snapshot === null}
          >
            {sending ? <Spinner /> : <ArrowUp />}
          </button>
        )}
      </div>
      {!blank && (
        <label className={styles["first"]} title="It is made once you approve its plan">
          <input type="checkbox" checked={approve} onChange={(event) => setApprove(event.target.checked)} />
          Show me the plan first
        </label>
      )}
    </form>
  );
}

/** Stops the run that is on, by the button and by Esc. */
function useStop(stream: GenerationStream, busy: boolean, onProblem: (problem: string) => void) {
  const { cancel } = stream;
  const run = stream.snapshot?.run ?? null;
  const [stopped, setStopped] = useState<{ run: string | null } | null>(null);
  const stopping = busy && stopped !== null && stopped.run === run;

  useEffect(() => {
    if (!busy) setStopped(null);
  }, [busy]);

  const stop = async () => {
    setStopped({ run });
    onProblem("");
    try {
      await cancel();
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      setStopped(null);
      onProblem(error.message);
    }
  };

  const latest = useRef(stop);
  latest.current = stop;
  const armed = busy && !stopping;
  useEffect(() => {
    if (!armed) return;
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.isComposing || event.defaultPrevented) return;
      event.preventDefault();
      void latest.current();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [armed]);
  return { stopping, stop };
}
