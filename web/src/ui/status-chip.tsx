/** A project's status in one small label. */
import { classes } from "./classes";
import { Check, Circle, Cross, Spinner, Stop } from "./icons";
import styles from "./controls.module.css";

const SHOWN: Record<string, { word: string; icon: () => React.ReactNode; tone?: "good" | "bad" }> = {
  queued: { word: "Queued", icon: Circle },
  planning: { word: "Planning", icon: Spinner },
  waiting: { word: "Waiting for you", icon: Circle },
  generating: { word: "Generating", icon: Spinner },
  validating: { word: "Validating", icon: Spinner },
  repairing: { word: "Repairing", icon: Spinner },
  complete: { word: "Complete", icon: Check, tone: "good" },
  error: { word: "Failed", icon: Cross, tone: "bad" },
  cancelled: { word: "Stopped", icon: Stop },
};

export function StatusChip({ status }: { status: string }) {
  const shown = SHOWN[status];
  if (!shown) return null;
  const Icon = shown.icon;
  return (
    <span className={classes(styles["chip"], shown.tone && styles[shown.tone])}>
      <Icon /> {shown.word}
    </span>
  );
}
