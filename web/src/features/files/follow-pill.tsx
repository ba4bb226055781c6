/** Says that the view follows the writing, or offers to follow again. */
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { count } from "../../ui/format";
import { Follow } from "../../ui/icons";
import styles from "./streaming-code-viewer.module.css";

interface Props {
  viewed: string | null;
  following: boolean;
  ahead: number;
  /** Text is still going to appear. */
  active: boolean;
  onFollow: () => void;
}

export function FollowPill({ viewed, following, ahead, active, onFollow }: Props) {
  if (!active) return null;
  if (following) {
    if (viewed === null) return null;
    return (
      <span className={classes(styles["pill"], styles["following"])} data-testid="follow-pill">
        <Follow /> Following {viewed.slice(viewed.lastIndexOf("/") + 1)}
      </span>
    );
  }
  return (
    <button
      type="button"
      className={classes(controls["button"], styles["pill"])}
      data-testid="follow-pill"
      title="Follow what is being written (F)"
      aria-keyshortcuts="F"
      onClick={onFollow}
    >
      <Follow /> Resume following{ahead > 0 && `, ${count(ahead, "file")} ahead`}
    </button>
  );
}
