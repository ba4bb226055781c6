/** What a run left: its version as a chip, and one quiet line of numbers. */
import type { Version } from "../../events.gen";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { count, duration } from "../../ui/format";
import { Download } from "../../ui/icons";
import { exportUrl } from "./addresses";
import styles from "./chat.module.css";

interface Props {
  version: Version;
  projectId: string;
}

/** The end of the run that was watched. */
export function Success({ version, checksPassed, spent, projectId }: Props & { checksPassed: number; spent: string }) {
  const proven = version.verdict !== "skipped";
  const checks = checksPassed > 0 ? [`${count(checksPassed, "check")} passed`] : [];
  return (
    <li className={styles["ending"]} data-row="success">
      {proven ? (
        <p className={styles["success"]}>✓ API generated successfully!</p>
      ) : (
        <>
          <p className={styles["unproven"]}>Complete, not proven</p>
          <p>{version.summary}</p>
        </>
      )}
      <p className={styles["numbers"]}>
        {numbers(version, checks)}
        {spent && `, ${spent}`} <Chip version={version} projectId={projectId} />
      </p>
    </li>
  );
}

/** An earlier version. */
export function VersionRow({ version, projectId }: Props) {
  return (
    <li className={styles["line"]} data-row="version">
      <Chip version={version} projectId={projectId} />
      <span className={styles["detail"]}> {numbers(version, [])}</span>
    </li>
  );
}

function Chip({ version, projectId }: Props) {
  const name = `Version ${version.version}`;
  return (
    <a
      className={classes(controls["chip"], version.verdict === "skipped" && controls["warn"])}
      href={exportUrl(projectId, version.version)}
      title={`Download version ${version.version}`}
      download
    >
      {name} <Download />
      <span className="sr-only">download</span>
    </a>
  );
}

function numbers(version: Version, more: readonly string[]): string {
  const { fileCount, operationCount, durationMs } = version;
  return [count(fileCount, "file"), count(operationCount, "operation"), ...more, duration(durationMs)].join(", ");
}
