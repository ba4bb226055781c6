/** What the user said. A follow-up that waits tells its place, and can be edited or taken back. */
import { type KeyboardEvent, type RefObject, useContext, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { CommandFailed } from "../../stream/commands";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { placeInLine } from "../../ui/format";
import { GrowingText } from "../../ui/growing-text";
import { Cross, Pencil, Spinner } from "../../ui/icons";
import { ReadOnly } from "../../ui/read-only";
import type { Row } from "./rows";
import styles from "./user-row.module.css";

/** What can be done with a message; each rejects with `CommandFailed`. */
export interface MessageCommands {
  edit(messageId: string, text: string): Promise<void>;
  remove(messageId: string): Promise<void>;
  send(text: string): Promise<void>;
}

interface Props {
  row: Row & { kind: "user" };
  /** The words, undefined while they are being fetched. */
  said: string | undefined;
  commands: MessageCommands;
  /** What had the focus has gone from this row. */
  onLeft: () => void;
}

export function UserRow({ row: { key, place: at }, said, commands, onLeft }: Props) {
  const [draft, setDraft] = useState<string | null>(null);
  const { busy, problem, act, forget } = useCommand();
  const readOnly = useContext(ReadOnly);
  const row = useRef<HTMLLIElement>(null);
  const editButton = useRef<HTMLButtonElement>(null);
  const closing = useRef(false);
  const place = at === null ? null : placeInLine(at);
  const waits = place !== null;

  const leave = () => {
    const focused = document.activeElement ?? document.body;
    if (focused === document.body || row.current?.contains(focused)) onLeft();
  };
  const open = () => {
    if (busy) return;
    forget();
    setDraft(said ?? "");
  };
  const close = () => {
    forget();
    closing.current = true;
    setDraft(null);
  };
  // Only when the editor is gone is the button back, or known to stay away; a busy page may paint
  // a frame before that.
  useLayoutEffect(() => {
    if (draft !== null || !closing.current) return;
    closing.current = false;
    if (editButton.current) editButton.current.focus();
    else leave();
  });
  const save = async (text: string) => {
    const done = await act(() => (waits ? commands.edit(key, text) : commands.send(text)));
    if (done) close();
  };
  const remove = async () => {
    if (busy) return;
    if (await act(() => commands.remove(key))) requestAnimationFrame(leave);
  };

  return (
    <li ref={row} className={styles["row"]} data-row="user" data-place={at ?? undefined}>
      {(draft === null || !waits) && (
        <div className={classes(styles["said"], waits && styles["waits"])}>
          <span className="sr-only">You: </span>
          {said ?? "…"}
        </div>
      )}
      {draft !== null && (
        <Editor
          draft={draft}
          place={place}
          busy={busy}
          problem={problem}
          onText={setDraft}
          onSave={(text) => void save(text)}
          onClose={close}
        />
      )}
      {draft === null && waits && (
        <div className={styles["line"]}>
          <span className={styles["place"]}>Queued, {place}</span>
          {!readOnly && (
            <>
              <button
                ref={editButton}
                type="button"
                className={controls["quiet"]}
                aria-label={`Edit the follow-up, ${place}`}
                disabled={said === undefined}
                onClick={open}
              >
                <Pencil /> Edit
              </button>
              <button
                type="button"
                className={controls["quiet"]}
                aria-label={`Remove the follow-up, ${place}`}
                aria-disabled={busy}
                onClick={() => void remove()}
              >
                {busy ? <Spinner /> : <Cross />} Remove
              </button>
            </>
          )}
        </div>
      )}
      {draft === null && problem && (
        <p className={styles["problem"]} role="alert">
          {problem}
        </p>
      )}
    </li>
  );
}

interface EditorProps {
  draft: string;
  /** Null where the run has begun meanwhile: the words can only be sent anew. */
  place: string | null;
  busy: boolean;
  problem: string;
  onText: (text: string) => void;
  onSave: (text: string) => void;
  onClose: () => void;
}

function Editor({ draft, place, busy, problem, onText, onSave, onClose }: EditorProps) {
  const begun = place === null;
  const box = useRef<HTMLTextAreaElement>(null);
  const noteId = useId();
  const blank = draft.trim() === "";
  const note = begun ? "It has begun already. Send your words as a new follow-up." : problem;
  useFocusAtEnd(box);

  const keyed = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || event.nativeEvent.isComposing) return;
    event.preventDefault(); // Else Esc stops the run.
    onClose();
  };
  return (
    <form
      className={styles["editor"]}
      onKeyDown={keyed}
      onSubmit={(event) => {
        event.preventDefault();
        if (!blank && !busy) onSave(draft);
      }}
    >
      <GrowingText
        ref={box}
        className={styles["text"]}
        aria-label="Edit the follow-up"
        aria-describedby={note ? noteId : undefined}
        rows={1}
        readOnly={busy}
        value={draft}
        onText={onText}
        onSend={() => box.current?.form?.requestSubmit()}
      />
      <div role="alert" id={noteId}>
        {note && <p className={styles["problem"]}>{note}</p>}
      </div>
      <div className={styles["buttons"]}>
        {!begun && <span className={styles["place"]}>Queued, {place}</span>}
        <button type="button" className={controls["button"]} title="Esc" onClick={onClose}>
          {begun ? "Discard" : "Cancel"}
        </button>
        <button type="submit" className={classes(controls["button"], controls["primary"])} disabled={blank}>
          {busy && <Spinner />}
          {begun ? "Send as follow-up" : "Save"}
        </button>
      </div>
    </form>
  );
}

function useFocusAtEnd(box: RefObject<HTMLTextAreaElement | null>) {
  useEffect(() => {
    const text = box.current;
    text?.focus();
    text?.setSelectionRange(text.value.length, text.value.length);
    text?.form?.scrollIntoView({ block: "nearest" });
  }, [box]);
}

/** One command at a time, and what the server said where it refused. */
function useCommand() {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const act = async (command: () => Promise<void>): Promise<boolean> => {
    setBusy(true);
    setProblem("");
    try {
      await command();
      return true;
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      setProblem(error.detail || error.title);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { busy, problem, act, forget: () => setProblem("") };
}
