/** The top of a project's page: its title, where the run stands, what it took, taking it away. */
import type { ReactNode } from "react";
import { BASE } from "../../base";
import type { Snapshot } from "../../events.gen";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { clock, dollars, tokens } from "../../ui/format";
import { Anvil, Download, Eye } from "../../ui/icons";
import { Link } from "../../ui/link";
import { useNow } from "../../ui/use-now";
import { exportUrl } from "./addresses";
import { GenerationProgressTracker } from "./generation-progress-tracker";
import styles from "./header.module.css";
import { isOn } from "./rows";
import { ShareButton } from "./share-button";

interface Props {
  projectId: string;
  snapshot: Snapshot | null;
  /** The moment that is looked at, in Unix milliseconds; without one it is now. */
  at?: number;
  /** How many look at it, this browser included. */
  viewers?: number;
  /** What else can be done with the project. */
  children?: ReactNode;
}

export function Header({ projectId, snapshot, at, viewers = 0, children }: Props) {
  const there = snapshot !== null && snapshot.version !== null && at === undefined;
  return (
    <header className={styles["header"]}>
      <div className={styles["about"]}>
        {BASE ? (
          <span className={styles["home"]} title="Made by Smart Forge">
            <Anvil />
          </span>
        ) : (
          <Link href="/" className={styles["home"]} aria-label="Smart Forge, all projects" title="All projects">
            <Anvil />
          </Link>
        )}
        <h1 className={styles["title"]} title={snapshot?.title}>
          {snapshot?.title || "Project"}
        </h1>
      </div>
      <div className={styles["progress"]}>
        <GenerationProgressTracker snapshot={snapshot} />
      </div>
      <div className={styles["facts"]}>
        {viewers > 1 && (
          <span className={styles["fact"]} title="Browsers that look at this project now, yours included">
            <Eye /> {viewers} <span className={styles["word"]}>here</span>
          </span>
        )}
        {snapshot && <Elapsed snapshot={snapshot} at={at} />}
        {snapshot && <Spent snapshot={snapshot} />}
        {snapshot && !BASE && <ShareButton projectId={projectId} seq={at === undefined ? null : snapshot.seq} />}
        {children}
        {there && (
          <a className={controls["button"]} href={exportUrl(projectId)} download>
            <Download /> <span className={styles["word"]}>Download zip</span>
          </a>
        )}
      </div>
    </header>
  );
}

function Elapsed({ snapshot, at }: { snapshot: Snapshot; at: number | undefined }) {
  const { startedAt, endedAt, status } = snapshot;
  const on = isOn(status);
  const present = useNow(on && at === undefined);
  const now = at ?? present;
  if (startedAt === null || status === "queued") return null;
  return (
    <span className={styles["fact"]} title="Time of this run">
      <span className="sr-only">Elapsed </span>
      {clock((on ? now : (endedAt ?? now)) - startedAt)}
    </span>
  );
}

function Spent({ snapshot: { usage } }: { snapshot: Snapshot }) {
  const used = usage.inputTokens + usage.outputTokens;
  if (used === 0) return null;
  const counted = usage.estimated ? ", partly counted here, since the provider has not said" : "";
  const exactly = `${usage.inputTokens.toLocaleString("en")} tokens in, ${usage.outputTokens.toLocaleString("en")} out${counted}`;
  return (
    <span className={classes(styles["fact"], styles["spent"])} title={exactly}>
      {usage.estimated && "about "}
      {tokens(used)} tokens
      {usage.cost !== null && `, ${dollars(usage.cost)}`}
    </span>
  );
}
