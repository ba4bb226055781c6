/** Files as they are written: a tree that fills, and the code of one of them, typed live. */
import { useCallback, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore } from "react";
import type { GenerationStream } from "../../stream/use-generation-stream";
import { CodeBar } from "./code-bar";
import type { CodeEditor } from "./code-editor";
import { FileEditing } from "./file-editing";
import { FileTree } from "./file-tree";
import { FollowPill } from "./follow-pill";
import { Playback } from "./playback";
import { useEditing } from "./use-editing";
import styles from "./streaming-code-viewer.module.css";

interface Props {
  stream: GenerationStream;
  /** A file to show because the user asked for it elsewhere; a new object for each time. */
  opened?: { path: string } | null;
  /** Changes when the user started a run here: then the view follows again. */
  followed?: number;
}

export function StreamingCodeViewer({ stream, opened = null, followed = 0 }: Props) {
  const { snapshot, textOf, historyOf } = stream;
  const [playback] = useState(() => new Playback());
  const { viewed, following, ahead, active } = useSyncExternalStore(playback.subscribe, playback.state);
  const [wrap, setWrap] = useState(false);
  const { host, failed } = useEditor(playback, wrap);

  // Before the paint: what has come is to stand in the same frame.
  useLayoutEffect(() => playback.update({ snapshot, textOf, historyOf }), [playback, snapshot, textOf, historyOf]);
  useEffect(() => {
    if (opened) playback.view(opened.path);
  }, [playback, opened]);
  useEffect(() => {
    if (followed > 0) playback.follow();
  }, [playback, followed]);
  useFollowKey(playback);

  const files = snapshot?.files ?? [];
  const file = files.find((one) => one.path === viewed);
  const { editing, onEdit } = useEditing(stream, file, playback.view);
  const copy = useCallback(() => (viewed === null ? undefined : textOf(viewed)), [textOf, viewed]);

  return (
    <div className={styles["viewer"]} data-testid="streaming-code-viewer">
      <FileTree files={files} viewed={viewed} onView={playback.view} />
      <div className={styles["code"]}>
        <CodeBar file={file} wrap={wrap} onWrap={setWrap} textToCopy={copy} onEdit={onEdit} />
        <div className={styles["host"]} ref={host} inert={editing !== null} />
        {files.length === 0 && <p className={styles["empty"]}>Files appear here as soon as the API is planned.</p>}
        {file?.binary && <p className={styles["empty"]}>This file is not text.</p>}
        {failed && (
          <p className={styles["empty"]} role="alert">
            The code view could not be loaded. Reload the page to try again.
          </p>
        )}
        {editing && <FileEditing key={editing.path} {...editing} />}
        <FollowPill
          viewed={viewed}
          following={following}
          ahead={ahead}
          active={active}
          onFollow={playback.follow}
        />
      </div>
    </div>
  );
}

/** Loads the editor, which is a chunk of its own, into the element that `host` is put on. */
function useEditor(playback: Playback, wrap: boolean) {
  const host = useRef<HTMLDivElement>(null);
  const [editor, setEditor] = useState<CodeEditor | null>(null);
  const [failed, setFailed] = useState(false);

  useEffect(() => {
    const parent = host.current;
    if (!parent) return;
    let made: CodeEditor | null = null;
    let wanted = true;
    import("./code-editor")
      .then((module) => {
        if (!wanted) return;
        made = new module.CodeEditor({ parent, onTaken: playback.take });
        playback.attach(made);
        setEditor(made);
      })
      .catch(() => wanted && setFailed(true));
    return () => {
      wanted = false;
      playback.attach(null);
      made?.destroy();
    };
  }, [playback]);

  useEffect(() => editor?.setWrap(wrap), [editor, wrap]);
  return { host, failed };
}

/** F takes up following again, wherever nothing is being typed. */
function useFollowKey(playback: Playback): void {
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== "f" || event.ctrlKey || event.metaKey || event.altKey) return;
      const target = event.target instanceof Element ? event.target : null;
      if (target?.closest("input, textarea, select, [contenteditable='true']")) return;
      playback.follow();
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, [playback]);
}
