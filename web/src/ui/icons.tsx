/** The page's icons: small inline drawings that take the colour of the text around them. */
import type { ReactNode } from "react";
import styles from "./icons.module.css";

function draw(shape: ReactNode, className = styles["icon"]) {
  return function Icon() {
    return (
      <svg className={className} viewBox="0 0 16 16" aria-hidden="true" focusable="false">
        {shape}
      </svg>
    );
  };
}

export const Check = draw(<path className={styles["drawn"]} d="m3 8.5 3.2 3.2L13 4.8" />);
export const Cross = draw(<path d="m4 4 8 8m0-8-8 8" />);
export const Circle = draw(<circle cx="8" cy="8" r="4.5" />);
export const Dash = draw(<path d="M4 8h8" />);
export const Warning = draw(<path d="M8 2.5 14.2 13H1.8zM8 6.4v3.2m0 1.7v.1" />);
export const Bulb = draw(<path d="M6 13h4m-3.5-2.2c0-1.6-2-2.3-2-4.6a3.5 3.5 0 0 1 7 0c0 2.3-2 3-2 4.6z" />);
export const File = draw(<path d="M4 2h5l3 3v9H4zM9 2v3h3" />);
export const Folder = draw(<path d="M2 4h4l1.5 1.5H14V13H2z" />);
export const ArrowUp = draw(<path d="M8 13V3.5M3.8 7.4 8 3.2l4.2 4.2" />);
export const ArrowLeft = draw(<path d="M13 8H3.5M7.4 3.8 3.2 8l4.2 4.2" />);
export const ArrowDown = draw(<path d="M8 3v9.5m4.2-3.9L8 12.8 3.8 8.6" />);
export const Download = draw(<path d="M8 2v8m3.2-3L8 10.2 4.8 7M2.8 13.2h10.4" />);
export const Swap = draw(<path d="M2.5 5.5h10M9.8 2.8l2.7 2.7-2.7 2.7M13.5 10.5h-10M6.2 7.8l-2.7 2.7 2.7 2.7" />);
export const Copy = draw(<path d="M6 6V2.5h7.5V10H10M2.5 6H10v7.5H2.5z" />);
export const Wrap = draw(<path d="M2 3.5h12M2 8h9.5a2.2 2.2 0 0 1 0 4.5H8m1.8-2L7.8 12.5l2 2M2 12.5h3" />);
export const Pencil = draw(<path d="m3 13 .6-2.8 7.2-7.2 2.2 2.2-7.2 7.2zM9.4 4.4l2.2 2.2" />);
export const Bin = draw(<path d="M2.5 4.5h11M6 4.5V2.5h4v2M4 4.5l.6 9h6.8l.6-9M6.6 7v4m2.8-4v4" />);
export const Retry = draw(<path d="M13 8a5 5 0 1 1-1.6-3.7M13 2.5v3h-3" />);
export const History = draw(<path d="M3 8a5 5 0 1 0 1.6-3.7M3 2.5v3h3M8 5.2V8l2 1.6" />);
export const Share = draw(<path d="M8 9.5v-7M5.2 5 8 2.2 10.8 5M5 7.5H3v6h10v-6h-2" />);
export const Eye = draw(<path d="M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8M8 6.2a1.8 1.8 0 1 1 0 3.6 1.8 1.8 0 0 1 0-3.6" />);
export const Follow = draw(<path d="M8 1.5v2.6m0 7.8v2.6M1.5 8h2.6m7.8 0h2.6M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6" />);
export const Stop = draw(<rect x="4" y="4" width="8" height="8" rx="1.5" fill="currentColor" />);
export const Lock = draw(<path d="M3.5 7.5h9v6h-9zM5.5 7.5V5a2.5 2.5 0 0 1 5 0v2.5" />);
export const Globe = draw(<path d="M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2M2.2 8h11.6M8 2.2c-4 4-4 7.6 0 11.6 4-4 4-7.6 0-11.6" />);
export const Spinner = draw(<path d="M8 2.5A5.5 5.5 0 1 1 2.5 8" />, styles["spinner"]);
export const Anvil = draw(
  <path d="M9 1 3 9.2h4.2L6.6 15l6.4-8.4H8.6z" fill="currentColor" stroke="none" />,
);
