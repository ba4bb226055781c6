/** Asks for the checks of the latest version once more. */
import { useState } from "react";
import { CommandFailed } from "../../stream/commands";
import controls from "../../ui/controls.module.css";
import { Retry, Spinner } from "../../ui/icons";
import styles from "./checks-tab.module.css";

interface Props {
  /** A run is on or waits: there is nothing to ask for. */
  busy: boolean;
  onRun: () => Promise<void>;
}

export function RunAgain({ busy, onRun }: Props) {
  const [asking, setAsking] = useState(false);
  const [problem, setProblem] = useState("");
  const off = busy || asking;
  const press = async () => {
    if (off) return;
    setAsking(true);
    setProblem("");
    try {
      await onRun();
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      setProblem(error.message);
    } finally {
      setAsking(false);
    }
  };
  return (
    <>
      {/* Not disabled: the focus is to stay where it is while the checks run. */}
      <button
        type="button"
        className={controls["button"]}
        aria-disabled={off}
        title="Run the checks of the latest version again; it stays as it is"
        onClick={() => void press()}
      >
        {asking ? <Spinner /> : <Retry />} Run again
      </button>
      <span role="alert" className={styles["problem"]}>
        {problem}
      </span>
    </>
  );
}
