/** Opens what makes links to a project; it is fetched only then. */
import { lazy, Suspense, useState } from "react";
import controls from "../../ui/controls.module.css";
import { Share } from "../../ui/icons";
import styles from "./header.module.css";

const ShareDialog = lazy(() => import("../shared/share-dialog").catch(() => ({ default: NoDialog })));

/** `seq` is the moment that is looked at, null for now. */
export function ShareButton({ projectId, seq }: { projectId: string; seq: number | null }) {
  const [open, setOpen] = useState(false);
  return (
    <>
      <button type="button" className={controls["button"]} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        <Share /> <span className={styles["word"]}>Share</span>
      </button>
      <Suspense>{open && <ShareDialog projectId={projectId} seq={seq} onClose={() => setOpen(false)} />}</Suspense>
    </>
  );
}

function NoDialog(_props: { projectId: string; seq: number | null; onClose: () => void }) {
  return <span role="alert">Not loaded: reload the page.</span>;
}
