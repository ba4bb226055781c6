/** One project of the list: the way into it, and what can be done with it from here. */
import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { ago } from "../../ui/format";
import { Bin, Copy, Pencil } from "../../ui/icons";
import { Link } from "../../ui/link";
import { projectPath } from "../../ui/route";
import { StatusChip } from "../../ui/status-chip";
import type { ProjectEntry } from "./project-list";
import styles from "./recent-projects.module.css";

/** The server takes no longer one. */
const LONGEST = 200;

interface Props {
  entry: ProjectEntry;
  now: number;
  onRename: (title: string) => void;
  onDuplicate: () => void;
  onDelete: () => void;
}

export function ProjectRow({ entry, now, onRename, onDuplicate, onDelete }: Props) {
  const { id, title, status, created } = entry;
  const [renaming, setRenaming] = useState(false);
  const row = useRef<HTMLLIElement>(null);
  const returning = useRef(false);
  useEffect(() => {
    if (renaming || !returning.current) return;
    returning.current = false;
    row.current?.querySelector("a")?.focus();
  }, [renaming]);

  const renamed = (next: string | null, left: boolean) => {
    setRenaming(false);
    if (next && next !== title) onRename(next);
    returning.current = !left; // Else the focus is where the user has put it.
  };
  const keyed = (event: KeyboardEvent) => {
    const act = { F2: () => setRenaming(true), Delete: onDelete }[event.key];
    if (!act || event.target instanceof HTMLInputElement) return;
    event.preventDefault();
    act();
  };

  return (
    <li ref={row} className={styles["row"]} data-project={id} onKeyDown={keyed}>
      {renaming ? (
        <TitleField title={title} onDone={renamed} />
      ) : (
        <Link href={projectPath(id)} className={styles["project"]} title={title} aria-keyshortcuts="F2 Delete">
          <bdi className={styles["title"]}>{title}</bdi>
          <StatusChip status={status} />
          {created !== null && <span className={styles["age"]}>{ago(created, now)}</span>}
        </Link>
      )}
      <div className={styles["acts"]}>
        <Act label={`Rename ${title}`} hint="Rename (F2)" onClick={() => setRenaming(true)} icon={<Pencil />} />
        <Act label={`Duplicate ${title}`} hint="Duplicate" onClick={onDuplicate} icon={<Copy />} />
        <Act label={`Delete ${title}`} hint="Delete (Del)" onClick={onDelete} icon={<Bin />} />
      </div>
    </li>
  );
}

interface ActProps {
  label: string;
  hint: string;
  icon: React.ReactNode;
  onClick: () => void;
}

function Act({ label, hint, icon, onClick }: ActProps) {
  return (
    <button type="button" className={controls["quiet"]} aria-label={label} title={hint} onClick={onClick}>
      {icon}
    </button>
  );
}

/** Enter and leaving the field keep the title, Esc does not; an empty one changes nothing. */
function TitleField({ title, onDone }: { title: string; onDone: (title: string | null, left: boolean) => void }) {
  const [text, setText] = useState(title);
  const field = useRef<HTMLInputElement>(null);
  const over = useRef(false);
  useEffect(() => {
    field.current?.focus();
    field.current?.select();
  }, []);

  const done = (next: string | null, left = false) => {
    if (over.current) return; // The field's going takes its focus away, too.
    over.current = true;
    onDone(next, left);
  };
  return (
    <input
      ref={field}
      className={styles["field"]}
      aria-label="New title"
      dir="auto"
      maxLength={LONGEST}
      value={text}
      onChange={(event) => setText(event.target.value)}
      onBlur={() => done(text.trim(), true)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return;
        if (event.key === "Enter") done(text.trim());
        if (event.key === "Escape") done(null);
      }}
    />
  );
}

/** In the place of a project that was just deleted, until the page is left. */
export function DeletedRow({ entry, onUndo }: { entry: ProjectEntry; onUndo: () => void }) {
  const undo = useRef<HTMLButtonElement>(null);
  useEffect(() => undo.current?.focus(), []);
  return (
    <li className={classes(styles["row"], styles["deleted"])}>
      <span className={styles["title"]}>
        Deleted: <bdi>{entry.title}</bdi>
      </span>
      <button ref={undo} type="button" className={controls["button"]} onClick={onUndo}>
        Undo
      </button>
    </li>
  );
}
