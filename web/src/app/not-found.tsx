/** An address that names nothing. */
import { useEffect } from "react";
import { classes } from "../ui/classes";
import controls from "../ui/controls.module.css";
import { Link } from "../ui/link";
import styles from "./app.module.css";

export function NotFound() {
  useEffect(() => {
    document.title = "Not found · Smart Forge";
  }, []);
  return (
    <main className={styles["middle"]}>
      <h1>There is nothing here</h1>
      <p>The address is not quite right.</p>
      <Link href="/" className={classes(controls["button"], controls["primary"])}>
        To your projects
      </Link>
    </main>
  );
}
