/** Whether this browser counts among those who look at a project: a choice of its own. */
import { useState } from "react";
import { isSeen, setSeen } from "../../stream/presence";
import styles from "./settings-page.module.css";

export function SeenSection() {
  const [seen, setShown] = useState(isSeen);
  const [said, setSaid] = useState("");
  const choose = (wanted: boolean): void => {
    const kept = setSeen(wanted);
    setShown(isSeen());
    setSaid(kept ? "This holds for pages that you open or reload from now on." : "This browser keeps no choices.");
  };
  return (
    <section aria-labelledby="seen">
      <h2 id="seen">This browser</h2>
      <label className={styles["choice"]}>
        <input type="checkbox" checked={seen} onChange={(event) => choose(event.target.checked)} />
        Count me among those who look at a project, and show me how many they are
      </label>
      <p role="status">{said}</p>
    </section>
  );
}
