/** Who answers: the contract, or the real API. */
import controls from "../../ui/controls.module.css";
import { previewUrl } from "../project/addresses";
import styles from "./console-tab.module.css";
import { answererOf, type Preview } from "./use-preview";

interface Props {
  projectId: string;
  shown: Preview["shown"];
  base: string | null;
  /** What there is to look at below the preview's root. */
  front: string;
}

export function Standing({ projectId, shown, base, front }: Props) {
  const from = answererOf(shown);
  const elsewhere = base !== null && !base.startsWith(location.origin) ? new URL(base).origin : null;
  return (
    <div className={styles["standing"]}>
      <p role="status">
        {from && <Badge from={from} />} <span className={styles["says"]}>{wordsOf(shown)}</span>
        {elsewhere && <span className={styles["says"]}> It is at {elsewhere}.</span>}
      </p>
      <a className={controls["button"]} href={previewUrl(projectId) + front} target="_blank" rel="noopener noreferrer">
        Open the API
      </a>
    </div>
  );
}

export function Badge({ from }: { from: "contract" | "real" }) {
  return (
    <span className={styles["badge"]} data-from={from} data-testid="answerer">
      {from}
    </span>
  );
}

function wordsOf(shown: Preview["shown"]): string {
  if (shown === null) return "Looking who answers…";
  const version = shown.version === null ? "" : `, version ${shown.version}`;
  switch (shown.state) {
    case "contract":
      return shown.version === null
        ? "Answers are made from the contract until the API itself runs."
        : "Answers are made from the contract: this machine has no sandbox for the API.";
    case "starting":
      return `The API starts${version}.`;
    case "live":
      return `The API itself answers${version}.`;
    case "asleep":
      return `The API itself answers${version}. It is asleep; the next request wakes it.`;
    case "failed":
      return `The API does not start. ${shown.detail}`.trim();
  }
}
