/** How late events were seen: a histogram, with its figures in a table beside it. */
import styles from "./developer-console.module.css";
import { BOUNDS, type Lags } from "./lags";

const HEIGHT = 48;
const WIDTH = 22;
const GAP = 4;

export function Latency({ lags }: { lags: Lags }) {
  const { counts, total } = lags;
  return (
    <section aria-labelledby="lag-heading">
      <h3 id="lag-heading">Lag</h3>
      <p className={styles["note"]}>
        {total === 0
          ? "No event has come live yet."
          : `Half within ${lags.p50} ms, 95 % within ${lags.p95} ms, at most ${lags.most} ms, by the clocks of server and browser.`}
      </p>
      {total > 0 && <Bars counts={counts} />}
      <table className="sr-only">
        <caption>Events by lag</caption>
        <tbody>
          {counts.map((count, at) => (
            <tr key={at}>
              <th scope="row">{said(at)}</th>
              <td>{count}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Bars({ counts }: { counts: readonly number[] }) {
  const most = Math.max(1, ...counts);
  return (
    <svg
      className={styles["bars"]}
      viewBox={`0 0 ${counts.length * (WIDTH + GAP)} ${HEIGHT + 14}`}
      aria-hidden="true"
    >
      {counts.map((count, at) => {
        const height = count === 0 ? 1 : Math.max(2, (count / most) * HEIGHT);
        const x = at * (WIDTH + GAP);
        return (
          <g key={at}>
            <rect x={x} y={HEIGHT - height} width={WIDTH} height={height} />
            <text x={x + WIDTH / 2} y={HEIGHT + 11} textAnchor="middle">
              {short(at)}
            </text>
          </g>
        );
      })}
    </svg>
  );
}

function short(at: number): string {
  const bound = BOUNDS[at];
  if (bound === undefined) return "more";
  return bound < 1_000 ? `<${bound}` : `<${bound / 1_000} s`;
}

function said(at: number): string {
  const bound = BOUNDS[at];
  return bound === undefined ? `${BOUNDS.at(-1)} ms or more` : `under ${bound} ms`;
}
