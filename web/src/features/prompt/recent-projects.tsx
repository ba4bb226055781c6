/** The projects: the newest at first, all of them where one is searched for. */
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";
import { CommandFailed } from "../../stream/commands";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { deleteProject, duplicateProject, matching, MOST, type ProjectEntry, renameProject, undeleteProject } from "./project-list";
import { DeletedRow, ProjectRow } from "./project-row";
import styles from "./recent-projects.module.css";
import { useProjects } from "./use-projects";

const SHOWN = 8;

export function RecentProjects() {
  const { projects, more, problem, all, again, change } = useProjects(SHOWN);
  const [words, setWords] = useState("");
  const [whole, setWhole] = useState(false);
  const [deleted, setDeleted] = useState<readonly ProjectEntry[]>([]);
  const [refused, setRefused] = useState("");
  const [said, setSaid] = useState("");
  const list = useRef<HTMLUListElement>(null);
  const search = useId();
  const [reached, setReached] = useState<string | null>(null);

  // The focus goes to a row once that is drawn, however long that takes.
  useEffect(() => {
    const link = reached && list.current?.querySelector<HTMLElement>(`[data-project="${reached}"] a`);
    if (!link) return;
    link.focus();
    setReached(null);
  }, [reached, projects, deleted]);

  const wholeList = () => {
    if (!whole && more) all();
    setWhole(true);
  };
  const act = async (command: () => Promise<void>) => {
    setRefused("");
    try {
      await command();
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      setRefused(error.message);
    }
  };
  const rename = (entry: ProjectEntry, title: string) => {
    const called = (name: string) =>
      change((known) => known.map((one) => (one.id === entry.id ? { ...one, title: name } : one)));
    called(title); // At once; what the server refuses is taken back.
    void act(() => renameProject(entry.id, title).catch((error: unknown) => (called(entry.title), Promise.reject(error))));
  };
  const remove = (entry: ProjectEntry) =>
    act(async () => {
      await deleteProject(entry.id);
      setDeleted((known) => [...known, entry]);
      setSaid(`${entry.title} was deleted. It can be brought back.`);
    });
  const undo = (entry: ProjectEntry) =>
    act(async () => {
      await undeleteProject(entry.id);
      change((known) => (known.some(({ id }) => id === entry.id) ? known : [...known, entry]));
      setDeleted((known) => known.filter(({ id }) => id !== entry.id));
      setSaid(`${entry.title} is back.`);
      setReached(entry.id);
    });
  const duplicate = (entry: ProjectEntry) =>
    act(async () => {
      const copy = await duplicateProject(entry.id);
      if (!copy) return again();
      change((known) => [{ ...copy, created: copy.created ?? Date.now() }, ...known]);
      setSaid(`${entry.title} was duplicated.`);
      setReached(copy.id);
    });

  if (!projects) {
    return problem ? <Unlisted problem={problem} onAgain={again} /> : <p className={styles["none"]}>Looking for your projects…</p>;
  }
  if (projects.length + deleted.length === 0) {
    return <p className={styles["none"]}>What you make is listed here.</p>;
  }
  const gone = new Set(deleted.map(({ id }) => id));
  const known = [...projects.filter(({ id }) => !gone.has(id)), ...deleted].sort((a, b) => (b.created ?? 0) - (a.created ?? 0));
  const found = matching(known, words);
  const shown = whole || words ? found : found.slice(0, SHOWN);
  const now = Date.now();

  return (
    <section className={styles["recent"]} aria-labelledby="recent">
      <div className={styles["head"]}>
        <h2 id="recent">{whole || words ? "Your projects" : "Recent projects"}</h2>
        {(known.length > 3 || more) && (
          <input
            id={search}
            type="search"
            className={styles["search"]}
            aria-label="Search projects"
            placeholder="Search"
            autoComplete="off"
            value={words}
            onFocus={() => more && !whole && all()}
            onChange={(event) => setWords(event.target.value)}
            onKeyDown={(event) => event.key === "Escape" && setWords("")}
          />
        )}
      </div>
      {problem && <Unlisted problem={problem} onAgain={again} />}
      <div role="alert">{refused && <p className={styles["refused"]}>{refused}</p>}</div>
      <div role="status" className="sr-only">
        {words ? `${found.length} found` : said}
      </div>
      {shown.length === 0 && (
        <p className={styles["none"]}>
          No project is called “<bdi>{words}</bdi>”.
        </p>
      )}
      <ul className={styles["projects"]} ref={list} onKeyDown={walk}>
        {shown.map((entry) =>
          gone.has(entry.id) ? (
            <DeletedRow key={entry.id} entry={entry} onUndo={() => void undo(entry)} />
          ) : (
            <ProjectRow
              key={entry.id}
              entry={entry}
              now={now}
              onRename={(title) => rename(entry, title)}
              onDuplicate={() => void duplicate(entry)}
              onDelete={() => void remove(entry)}
            />
          ),
        )}
      </ul>
      {!whole && !words && (known.length > SHOWN || more) && (
        <button type="button" className={classes(controls["quiet"], styles["more"])} onClick={wholeList}>
          Show all
        </button>
      )}
      {(whole || words) && known.length >= MOST && (
        <p className={styles["none"]}>These are the newest {MOST.toLocaleString("en")}; older ones are not searched.</p>
      )}
    </section>
  );
}

function Unlisted({ problem, onAgain }: { problem: string; onAgain: () => void }) {
  return (
    <div role="status" className={styles["unlisted"]}>
      <p>Your projects cannot be listed. {problem}</p>
      <button type="button" className={controls["button"]} onClick={onAgain}>
        Try again
      </button>
    </div>
  );
}

/** The arrow keys go from one project to the next. */
function walk(event: KeyboardEvent<HTMLUListElement>) {
  if (event.target instanceof HTMLInputElement) return;
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>("[data-project] a")];
  const row = event.target instanceof Element ? event.target.closest("[data-project]") : null;
  const at = links.findIndex((link) => row?.contains(link));
  const next = step === undefined || at < 0 ? undefined : links[at + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
