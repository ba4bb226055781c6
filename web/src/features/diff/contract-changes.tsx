/** What the newer version promises otherwise, in words; what breaks clients stands first. */
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { count } from "../../ui/format";
import { File, Warning } from "../../ui/icons";
import styles from "./contract-changes.module.css";
import { contractChanges, type ContractKind, type Difference, sentence } from "./difference";

const KINDS: Record<ContractKind, string> = { added: "Added", changed: "Changed", removed: "Removed" };

interface Props {
  difference: Difference;
  /** Opens the contract as a file; null where that is the same in both. */
  onOpenPromise: (() => void) | null;
}

export function ContractChanges({ difference, onOpenPromise }: Props) {
  const changes = contractChanges(difference);
  const breaking = changes.filter((change) => change.breaking).length;
  return (
    <div className={styles["contract"]} tabIndex={0} role="region" aria-label="Changes of the contract">
      <h2>Contract</h2>
      <p className={classes(styles["lead"], breaking > 0 && styles["warned"])}>
        {breaking > 0 && <Warning />}
        {leadOf(changes.length, breaking, difference)}
      </p>
      <ul className={styles["list"]}>
        {changes.map(({ part, kind, sentence: words, breaking: breaks, reason }) => (
          <li key={`${kind} ${part}`} className={styles["change"]} data-part={part} data-breaking={breaks}>
            <span className={classes(styles["kind"], styles[kind])}>{KINDS[kind]}</span>
            <div>
              <p>
                {sentence(words)} {breaks && <span className={styles["breaking"]}>Breaking</span>}
              </p>
              {reason && <p className={styles["reason"]}>{sentence(reason)}.</p>}
            </div>
          </li>
        ))}
      </ul>
      {onOpenPromise && (
        <button type="button" className={controls["button"]} onClick={onOpenPromise}>
          <File /> Compare openapi.yaml
        </button>
      )}
    </div>
  );
}

function leadOf(changes: number, breaking: number, { from, to }: Difference): string {
  if (changes === 0) return `Version ${to} promises what version ${from} promised.`;
  if (breaking > 0) return `Clients of version ${from} may fail with version ${to}: ${count(breaking, "breaking change")}.`;
  return `Clients of version ${from} work with version ${to}: nothing breaks.`;
}
