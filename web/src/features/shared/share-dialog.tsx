/** Makes links by which others may look at the project, and ends them. */
import { useCallback, useEffect, useId, useRef, useState } from "react";
import { CommandFailed } from "../../stream/commands";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { CopyButton } from "../../ui/copy-button";
import { Cross, Spinner } from "../../ui/icons";
import styles from "./shared.module.css";
import { endLink, goodLinks, makeLink, type NewLink, type SharedLink } from "./shares";

const HOUR = 3_600;
const LIFETIMES = [
  { seconds: HOUR, words: "an hour" },
  { seconds: 24 * HOUR, words: "a day" },
  { seconds: 7 * 24 * HOUR, words: "a week" },
  { seconds: 30 * 24 * HOUR, words: "30 days" },
];

interface Props {
  projectId: string;
  /** The moment that is looked at, null for now. */
  seq: number | null;
  onClose: () => void;
}

export default function ShareDialog({ projectId, seq, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const [seconds, setSeconds] = useState(7 * 24 * HOUR);
  const [made, setMade] = useState<NewLink | null>(null);
  const { links, busy, problem, act, look } = useLinks(projectId);
  useEffect(() => dialog.current?.showModal(), []);

  const make = () =>
    act(async () => {
      setMade(await makeLink(projectId, seconds));
      await look();
    });
  const end = (link: SharedLink) =>
    act(async () => {
      await endLink(projectId, link.id);
      if (made?.id === link.id) setMade(null);
      await look();
    });
  const moment = seq === null ? "" : `/replay?at=${seq}`;
  const address = made && new URL(made.path + moment, location.href).href;

  return (
    <dialog
      ref={dialog}
      className={styles["dialog"]}
      aria-labelledby={`${id}-title`}
      onClose={onClose}
      onKeyDown={(event) => event.stopPropagation()} // The page's own keys do something else.
    >
      <div className={styles["head"]}>
        <h2 id={`${id}-title`}>Share this project</h2>
        <button type="button" className={controls["quiet"]} aria-label="Close" onClick={() => dialog.current?.close()}>
          <Cross />
        </button>
      </div>
      <p>
        Whoever has the link can look at {seq === null ? "the project as it grows" : "this moment"}, its past and its
        files, and can change nothing. They see no other project.
      </p>
      <form
        className={styles["make"]}
        onSubmit={(event) => {
          event.preventDefault();
          void make();
        }}
      >
        <label htmlFor={`${id}-for`}>Good for</label>
        <select id={`${id}-for`} value={seconds} onChange={(event) => setSeconds(Number(event.target.value))}>
          {LIFETIMES.map((one) => (
            <option key={one.seconds} value={one.seconds}>
              {one.words}
            </option>
          ))}
        </select>
        <button type="submit" className={classes(controls["button"], controls["primary"])} aria-disabled={busy}>
          {busy && <Spinner />} Make a link
        </button>
      </form>
      <div role="alert">{problem && <p className={controls["bad"]}>{problem}</p>}</div>
      <div role="status">
        {address && (
          <div className={styles["made"]}>
            <input readOnly aria-label="The link" value={address} onFocus={(event) => event.target.select()} />
            <CopyButton text={() => address} title="Copy the link" />
            <p className={controls["muted"]}>It is shown this once: copy it now.</p>
          </div>
        )}
      </div>
      {links.length > 0 && <h3>Links that are good</h3>}
      <ul className={styles["links"]}>
        {links.map((link) => (
          <li key={link.id}>
            <span>
              Made {when(link.createdAt)}, good until {when(link.expiresAt)}
            </span>
            <button
              type="button"
              className={controls["quiet"]}
              aria-label={`End the link made ${when(link.createdAt)}`}
              aria-disabled={busy}
              onClick={() => void end(link)}
            >
              End
            </button>
          </li>
        ))}
      </ul>
    </dialog>
  );
}

/** The links that are good, and one command at a time. */
function useLinks(projectId: string) {
  const [links, setLinks] = useState<readonly SharedLink[]>([]);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const look = useCallback(async () => setLinks(await goodLinks(projectId)), [projectId]);
  const act = useCallback(async (command: () => Promise<void>) => {
    setBusy(true);
    setProblem("");
    try {
      await command();
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      setProblem(error.message);
    } finally {
      setBusy(false);
    }
  }, []);
  useEffect(() => void act(look), [act, look]);
  return { links, busy, problem, act, look };
}

function when(ts: number): string {
  return new Date(ts).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" });
}
