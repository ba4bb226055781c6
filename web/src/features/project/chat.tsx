/** The chat: what was said, and one line for every step and file of the run. */
import { memo, useCallback, useLayoutEffect, useMemo, useRef, useState } from "react";
import type { GenerationStream } from "../../stream/use-generation-stream";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { ArrowDown } from "../../ui/icons";
import styles from "./chat.module.css";
import { useSteady } from "../../ui/use-steady";
import { ChatRow } from "./chat-row";
import { type Row, rowsOf } from "./rows";

interface Props {
  stream: GenerationStream;
  projectId: string;
  onOpenFile: (path: string) => void;
  onOpenChecks: () => void;
  onOpenContract: () => void;
  onOpenDiff: (version: number) => void;
  /** The user began a run from here. */
  onBegun: () => void;
}

export function Chat({ stream, projectId, onOpenFile, onOpenChecks, onOpenContract, onOpenDiff, onBegun }: Props) {
  const { snapshot, resolve, retry, edit, remove, send, answer } = stream;
  const tryAgain = useCallback(async () => {
    await retry();
    onBegun();
  }, [retry, onBegun]);
  const commands = useMemo(
    () => ({ edit, remove, send: (text: string) => send(text).then(onBegun) }),
    [edit, remove, send, onBegun],
  );
  // The snapshot changes with every chunk, the rows do not.
  const rows = useSteady(useMemo(() => (snapshot ? rowsOf(snapshot) : []), [snapshot]));
  const { list, below, toEnd } = useStickToEnd(rows);
  const keepFocus = useCallback(() => list.current?.focus({ preventScroll: true }), [list]);

  return (
    <div className={styles["chat"]}>
      <div className={styles["scroll"]} ref={list} tabIndex={0} role="region" aria-label="Chat">
        {/* Rows change a word at a time; chunks of code never come here. */}
        <div role="log" aria-live="polite" aria-label="Steps and files">
          <ol className={styles["rows"]}>
            {rows.map((row) => (
              <ChatRow
                key={row.key}
                row={row}
                projectId={projectId}
                said={"text" in row ? resolve(row.text) : undefined}
                commands={commands}
                onLeft={keepFocus}
                onRetry={tryAgain}
                onAnswer={answer}
                onOpenFile={onOpenFile}
                onOpenChecks={onOpenChecks}
                onOpenContract={onOpenContract}
                onOpenDiff={onOpenDiff}
              />
            ))}
          </ol>
        </div>
        {!snapshot && <Skeleton />}
      </div>
      {below && (
        <button type="button" className={classes(controls["button"], styles["toEnd"])} onClick={toEnd}>
          <ArrowDown /> Latest
        </button>
      )}
    </div>
  );
}

const Skeleton = memo(function Skeleton() {
  return (
    <p className={styles["skeleton"]} role="status">
      Loading the project…
    </p>
  );
});

/** The end stays in sight until the user scrolls up; scrolling back down takes it up again. */
function useStickToEnd(rows: readonly Row[]) {
  const list = useRef<HTMLDivElement>(null);
  const sticks = useRef(true);
  const [below, setBelow] = useState(false);

  useLayoutEffect(() => {
    const box = list.current;
    if (!box) return;
    const scrolled = () => {
      sticks.current = box.scrollHeight - box.scrollTop - box.clientHeight < 40;
      setBelow(!sticks.current);
    };
    box.addEventListener("scroll", scrolled, { passive: true });
    return () => box.removeEventListener("scroll", scrolled);
  }, []);

  useLayoutEffect(() => {
    const box = list.current;
    if (!box || !sticks.current) return;
    // Nobody is scrolled away from what they are typing.
    const typing = document.activeElement?.closest("form");
    if (typing && box.contains(typing)) typing.scrollIntoView({ block: "nearest" });
    else box.scrollTop = box.scrollHeight;
  }, [rows]);

  const toEnd = () => {
    const box = list.current;
    if (box) box.scrollTop = box.scrollHeight;
  };
  return { list, below, toEnd };
}
