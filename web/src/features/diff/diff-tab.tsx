/** What two versions differ in: the contract in words, and the files line by line. */
import { memo, useCallback, useEffect, useState } from "react";
import type { Version } from "../../events.gen";
import { ChangeList } from "./change-list";
import { ContractChanges } from "./contract-changes";
import styles from "./diff-tab.module.css";
import { type Difference, fetchDifference } from "./difference";
import { FileView, type Layout } from "./file-view";
import { NotYet } from "./not-yet";
import { latestPair, type Pair } from "./pairs";
import { useAsked } from "./use-asked";
import { VersionPickers } from "./version-pickers";

interface Props {
  projectId: string;
  versions: readonly Version[];
  /** Versions to compare because the user asked for it elsewhere; a new object for each time. */
  opened: Pair | null;
}

export const DiffTab = memo(function DiffTab({ projectId, versions, opened }: Props) {
  // Without a choice the latest version stands against the one before it, also when it is new.
  const [chosen, setChosen] = useState<Pair | null>(opened);
  useEffect(() => {
    if (opened) setChosen(opened);
  }, [opened]);
  // In a replay a version that was chosen may not be there yet.
  const known = (version: number | undefined) => versions.some((one) => one.version === version);
  const pair = chosen && known(chosen.from) && known(chosen.to) ? chosen : latestPair(versions);
  const key = pair ? `${projectId} ${pair.from} ${pair.to}` : null;
  const asked = useAsked(key, (signal) => fetchDifference(projectId, pair as Pair, signal));
  if (!pair) {
    return (
      <div className={styles["empty"]}>
        {versions.length === 0 ? (
          <p>What versions differ in stands here once there are two of them.</p>
        ) : (
          <p>One version so far. Say what to change, and the difference stands here.</p>
        )}
      </div>
    );
  }
  return (
    <div className={styles["diff"]}>
      <VersionPickers versions={versions} pair={pair} onPick={setChosen} />
      {asked.value ? (
        <Found key={key} projectId={projectId} difference={asked.value} />
      ) : (
        <NotYet {...asked} words={`Comparing version ${pair.from} with version ${pair.to}…`} />
      )}
    </div>
  );
});

function Found({ projectId, difference }: { projectId: string; difference: Difference }) {
  const { files, contract } = difference;
  const promises = contract.added.length + contract.changed.length + contract.removed.length;
  // Null is the contract.
  const [path, setPath] = useState<string | null>(promises === 0 ? (files[0]?.path ?? null) : null);
  const [layout, setLayout] = useState<Layout>(() => (innerWidth >= 1500 ? "split" : "inline"));
  const [whole, setWhole] = useState(false);
  const openPromise = useCallback(() => setPath(PROMISE), []);

  if (promises === 0 && files.length === 0) {
    return (
      <p className={styles["empty"]}>
        Version {difference.from} and version {difference.to} are the same, to the byte.
      </p>
    );
  }
  const file = files.find((one) => one.path === path);
  const hasPromise = files.some((one) => one.path === PROMISE);
  return (
    <div className={styles["found"]}>
      <ChangeList difference={difference} viewed={path} onView={setPath} />
      <div className={styles["view"]} data-testid="difference">
        {file ? (
          <FileView
            key={file.path}
            projectId={projectId}
            pair={difference}
            file={file}
            layout={layout}
            onLayout={setLayout}
            whole={whole}
            onWhole={setWhole}
          />
        ) : (
          <ContractChanges difference={difference} onOpenPromise={hasPromise ? openPromise : null} />
        )}
      </div>
    </div>
  );
}

/** The contract as a file of the project. */
const PROMISE = "openapi.yaml";
