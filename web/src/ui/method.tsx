/** The method of an operation, in its colour. */
import styles from "./method.module.css";

export function Method({ method }: { method: string }) {
  return (
    <span className={styles["method"]} data-method={method}>
      {method}
    </span>
  );
}
