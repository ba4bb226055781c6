/** The signs of a player. */
import type { ReactNode } from "react";
import styles from "../../ui/icons.module.css";

function draw(shape: ReactNode) {
  return function Icon() {
    return (
      <svg className={styles["icon"]} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        {shape}
      </svg>
    );
  };
}

export const Play = draw(<path d="m5 3 8 5-8 5z" fill="currentColor" />);
export const Pause = draw(<path d="M5.5 3.5v9m5-9v9" />);
export const Previous = draw(<path d="M4 3.5v9m8-9L6.5 8l5.5 4.5z" />);
export const Next = draw(<path d="M12 3.5v9m-8-9L9.5 8 4 12.5z" />);
