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
  onOpenDiff: (version: number) => void;
}

interface SuccessProps extends Props {
  checksPassed: number;
  spent: string;
  /** It was there before, and was checked again. */
  again: boolean;
}

/** The end of the run that was watched. */
export function Success({ version, checksPassed, spent, again, ...rest }: SuccessProps) {
  const proven = version.verdict !== "skipped";
  const checks = checksPassed > 0 ? [`${count(checksPassed, "check")} passed`] : [];
  return (
    <li className={styles["ending"]} data-row="success">
      {proven ? (
        <p className={styles["success"]}>{again ? "✓ Checked again: all is well" : "✓ API generated successfully!"}</p>
      ) : (
        <>
          <p className={styles["unproven"]}>Complete, not proven</p>
          <p>{version.summary}</p>
        </>
      )}
      <p className={styles["numbers"]}>
        {numbers(version, checks)}
        {spent && `, ${spent}`} <Chip version={version} {...rest} />
      </p>
    </li>
  );
}

/** An earlier version. */
export function VersionRow(props: Props) {
  return (
    <li className={styles["line"]} data-row="version">
      <Chip {...props} />
      <span className={styles["detail"]}> {numbers(props.version, [])}</span>
    </li>
  );
}

/** Downloads the version; all but the first have something to be compared with. */
function Chip({ version: { version, verdict }, projectId, onOpenDiff }: Props) {
  return (
    <>
      <a
        className={classes(controls["chip"], verdict === "skipped" && controls["warn"])}
        href={exportUrl(projectId, version)}
        title={`Download version ${version}`}
        download
      >
        Version {version} <Download />
        <span className="sr-only">download</span>
      </a>
      {version > 1 && (
        <button
          type="button"
          className={classes(styles["open"], styles["compare"])}
          title={`What version ${version} differs in from the one before`}
          onClick={() => onOpenDiff(version)}
        >
          See changes<span className="sr-only"> of version {version}</span>
        </button>
      )}
    </>
  );
}

function numbers(version: Version, more: readonly string[]): string {
  const { fileCount, operationCount, durationMs } = version;
  return [count(fileCount, "file"), count(operationCount, "operation"), ...more, duration(durationMs)].join(", ");
}
