/** What is shown in place of a part of the page that broke. */
import { Component, type ReactNode } from "react";
import controls from "../ui/controls.module.css";
import styles from "./app.module.css";

export class Broken extends Component<{ children: ReactNode }, { broke: boolean }> {
  override state = { broke: false };

  static getDerivedStateFromError() {
    return { broke: true };
  }

  override render() {
    if (!this.state.broke) return this.props.children;
    return (
      <main className={styles["middle"]}>
        <h1>This page broke</h1>
        <p>The server and its runs are not affected. Reload to see where they stand.</p>
        <button type="button" className={controls["button"]} onClick={() => location.reload()}>
          Reload
        </button>
      </main>
    );
  }
}
