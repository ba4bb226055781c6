/** Operations in rows: what is asked of which address, and who may do that. */
import { classes } from "../../ui/classes";
import { Globe, Lock } from "../../ui/icons";
import { Method } from "../../ui/method";
import styles from "./contract-tab.module.css";
import type { Operation } from "./operations";

interface Props {
  operations: readonly Operation[];
  /** Without accounts everybody may do everything, which is said once elsewhere. */
  guarded: boolean;
}

export function OperationList({ operations, guarded }: Props) {
  if (operations.length === 0) return null;
  return (
    <ul className={styles["operations"]}>
      {operations.map(({ method, path, says, who }) => (
        <li key={`${method} ${path}`}>
          <Method method={method} />
          <span className={styles["what"]}>
            <code>{path}</code> <span className={styles["says"]}>{says}</span>
          </span>
          {guarded && (
            <span className={classes(styles["who"], who.locked && styles["locked"])}>
              {who.locked ? <Lock /> : <Globe />}
              {who.words}
            </span>
          )}
        </li>
      ))}
    </ul>
  );
}
