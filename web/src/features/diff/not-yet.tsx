/** What stands where an answer is to be. */
import controls from "../../ui/controls.module.css";
import { Retry, Spinner } from "../../ui/icons";
import styles from "./diff-tab.module.css";
import type { Asked } from "./use-asked";

/** That it is on its way, or why there is none. */
export function NotYet({ problem, again, words }: Asked<unknown> & { words: string }) {
  return (
    <div className={styles["empty"]} role="status">
      {problem ? (
        <>
          <p>
            {problem.title}. {problem.detail}
          </p>
          <button type="button" className={controls["button"]} onClick={again}>
            <Retry /> Try again
          </button>
        </>
      ) : (
        <p>
          <Spinner /> {words}
        </p>
      )}
    </div>
  );
}
