/** What the reader of the stream counted, and how smoothly this page draws. */
import type { ReaderFigures } from "../../stream/page-reader";
import type { StreamStore } from "../../stream/store";
import { bytes, count } from "../../ui/format";
import styles from "./developer-console.module.css";
import { useFrames } from "./use-frames";

interface Props {
  store: StreamStore;
  figures: ReaderFigures | null;
}

export function Figures({ store, figures }: Props) {
  const { drawn, dropped } = useFrames();
  const percent = drawn === 0 ? 0 : Math.round((100 * dropped) / (drawn + dropped));
  const rows: [string, string][] = [["Connection", store.connection]];
  if (figures) {
    const { place, tabs, projects } = figures;
    rows.push(
      ["Read in", place === "worker" ? `a worker for ${count(tabs, "tab")}` : "this page"],
      ["Projects", String(projects)],
      ["Connections now", String(figures.connections)],
      ["Opened", String(figures.opened)],
      ["Reconnects", String(figures.reconnected)],
      ["Bytes", bytes(figures.bytes)],
      ["Events", String(figures.events)],
      ["Snapshots", String(figures.snapshots)],
      ["Repeated, dropped", String(figures.repeated)],
      ["Gaps, read again", String(figures.gaps)],
      ["Polls", String(figures.polls)],
    );
  }
  rows.push(["Frames dropped", `${dropped} of ${drawn + dropped} (${percent} %)`]);
  for (const { projectId, seq } of store.standings()) rows.push([`seq of ${projectId}`, String(seq)]);
  return (
    <section aria-labelledby="figures-heading">
      <h3 id="figures-heading">Stream</h3>
      {figures === null && <p className={styles["note"]}>The reader of the stream does not answer.</p>}
      <dl className={styles["figures"]}>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
