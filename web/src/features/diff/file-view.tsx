/** One file in two versions: side by side, or the one inside of the other. */
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import controls from "../../ui/controls.module.css";
import { CopyButton } from "../../ui/copy-button";
import { CHANGES, Counts } from "./change-list";
import styles from "./diff-tab.module.css";
import { fetchSides, type FileDifference, fileUrl, omittedSaid, type Sides } from "./difference";
import { NotYet } from "./not-yet";
import type { Pair } from "./pairs";
import { useAsked } from "./use-asked";

export type Layout = "split" | "inline";

/** Lines; the view inside of one another draws all that were removed, also out of sight. */
const MOST_REMOVED = 2_000;
const NARROW = "(max-width: 720px)";

interface Props {
  projectId: string;
  pair: Pair;
  file: FileDifference;
  layout: Layout;
  onLayout: (layout: Layout) => void;
  whole: boolean;
  onWhole: (whole: boolean) => void;
}

export function FileView({ projectId, pair, file, layout, onLayout, whole, onWhole }: Props) {
  const narrow = useMedia(NARROW);
  const huge = (file.removed ?? 0) > MOST_REMOVED;
  const used = huge ? "split" : narrow ? "inline" : layout;
  const compared = file.omitted === null;
  return (
    <>
      <div className={styles["bar"]}>
        <span className={styles["name"]} data-testid="compared-path">
          {file.was && <>{file.was} → </>}
          {file.path}
        </span>
        <span className={styles["state"]}>
          {CHANGES[file.change]} <Counts file={file} />
        </span>
        {compared && (
          <span className={styles["tools"]}>
            {!narrow && !huge && (
              <span role="group" aria-label="Layout" className={styles["layouts"]}>
                <Toggle label="Side by side" on={used === "split"} onPress={() => onLayout("split")} />
                <Toggle label="Inline" on={used === "inline"} onPress={() => onLayout("inline")} />
              </span>
            )}
            <Toggle label="All lines" on={whole} onPress={() => onWhole(!whole)} />
            <CopyButton text={() => file.diff ?? undefined} title="Copy the difference as a patch" />
          </span>
        )}
      </div>
      {compared ? (
        <Lines projectId={projectId} pair={pair} file={file} layout={used} whole={whole} />
      ) : (
        <NotCompared projectId={projectId} pair={pair} file={file} />
      )}
    </>
  );
}

function Toggle({ label, on, onPress }: { label: string; on: boolean; onPress: () => void }) {
  return (
    <button type="button" className={controls["quiet"]} aria-pressed={on} onClick={onPress}>
      {label}
    </button>
  );
}

type LinesProps = Pick<Props, "projectId" | "pair" | "file" | "layout" | "whole">;

function Lines({ projectId, pair, file, layout, whole }: LinesProps) {
  const key = `${projectId} ${pair.from} ${pair.to} ${file.path}`;
  const asked = useAsked(key, (signal) => fetchSides(projectId, pair, file, signal));
  const names = {
    before: `${file.was ?? file.path} in version ${pair.from}`,
    after: `${file.path} in version ${pair.to}`,
  };
  if (!asked.value) return <NotYet {...asked} words="Fetching the file…" />;
  if (file.added === 0 && file.removed === 0) {
    const same = file.change === "renamed" ? "Its lines are the same." : "It has no lines.";
    return <p className={styles["empty"]}>{same}</p>;
  }
  return <Merged sides={asked.value} names={names} path={file.path} layout={layout} whole={whole} />;
}

interface MergedProps {
  sides: Sides;
  names: Sides;
  path: string;
  layout: Layout;
  whole: boolean;
}

/** Loads what compares, which is a chunk of its own. */
function Merged({ sides, names, path, layout, whole }: MergedProps) {
  const host = useRef<HTMLDivElement>(null);
  const [failed, setFailed] = useState(false);
  const { before, after } = names;

  useEffect(() => {
    const parent = host.current;
    if (!parent) return;
    let remove: (() => void) | null = null;
    let wanted = true;
    import("./merge-editor")
      .then(({ showDifference }) => {
        if (wanted) remove = showDifference(parent, { ...sides, path, names: { before, after }, layout, whole });
      })
      .catch(() => wanted && setFailed(true));
    return () => {
      wanted = false;
      remove?.();
    };
  }, [sides, path, before, after, layout, whole]);

  if (failed) {
    return (
      <p className={styles["empty"]} role="alert">
        What compares could not be loaded. Reload the page to try again.
      </p>
    );
  }
  return <div className={styles["host"]} ref={host} data-layout={layout} />;
}

function NotCompared({ projectId, pair: { from, to }, file }: Pick<Props, "projectId" | "pair" | "file">) {
  const { path, change, was } = file;
  return (
    <div className={styles["empty"]}>
      <p>
        {path} was {change}. {omittedSaid(file)}
      </p>
      <p className={styles["sides"]}>
        {change !== "added" && <Side url={fileUrl(projectId, was ?? path, from)} version={from} />}
        {change !== "removed" && <Side url={fileUrl(projectId, path, to)} version={to} />}
      </p>
    </div>
  );
}

function Side({ url, version }: { url: string; version: number }) {
  return (
    <a className={controls["button"]} href={url} download>
      Download it of version {version}
    </a>
  );
}

function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => matchMedia(query).matches,
  );
}
