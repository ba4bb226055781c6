/** In place of a page that cannot be fetched: the network is away, or the server is a newer one. */
import { useEffect } from "react";
import controls from "../ui/controls.module.css";
import styles from "./app.module.css";

export function NotLoaded() {
  useEffect(() => {
    document.title = "Not loaded · Smart Forge";
  }, []);
  return (
    <main className={styles["middle"]}>
      <h1>This page could not be loaded</h1>
      <p>The server cannot be reached, or has been updated. Runs are not affected.</p>
      <button type="button" className={controls["button"]} onClick={() => location.reload()}>
        Reload
      </button>
    </main>
  );
}
