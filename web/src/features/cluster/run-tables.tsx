/** Runs in tables: those that are on, and those that wait for their turn. */
import { count, duration } from "../../ui/format";
import { Link } from "../../ui/link";
import { projectPath } from "../../ui/route";
import { nameOf, type Cluster } from "./cluster";
import page from "../../ui/page.module.css";
import styles from "./cluster-page.module.css";

/** More rows than anybody reads would only slow the page down. */
const SHOWN = 100;

export function OnTable({ cluster: { on, nodes, now } }: { cluster: Cluster }) {
  if (on.length === 0) return <p className={page["none"]}>No run is on.</p>;
  return (
    <>
      <table className={styles["table"]} aria-labelledby="on">
        <thead>
          <tr>
            <th scope="col">Project</th>
            <th scope="col">Node</th>
            <th scope="col" className={styles["end"]}>
              On for
            </th>
          </tr>
        </thead>
        <tbody>
          {on.slice(0, SHOWN).map(({ projectId, run, user, node, taken }) => (
            <tr key={`${projectId}:${run}`}>
              <Project projectId={projectId} user={user} />
              <td>{nameOf(nodes, node)}</td>
              <td className={styles["end"]}>{duration(now - taken)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <More all={on.length} />
    </>
  );
}

export function WaitingTable({ cluster: { waiting, now } }: { cluster: Cluster }) {
  if (waiting.length === 0) return <p className={page["none"]}>No run waits.</p>;
  return (
    <>
      <table className={styles["table"]} aria-labelledby="waiting">
        <thead>
          <tr>
            <th scope="col">Project</th>
            <th scope="col">Place</th>
            <th scope="col" className={styles["end"]}>
              Waits for
            </th>
          </tr>
        </thead>
        <tbody>
          {waiting.slice(0, SHOWN).map(({ projectId, run, user, queued, position }) => (
            <tr key={`${projectId}:${run}`}>
              <Project projectId={projectId} user={user} />
              <td>{position}</td>
              <td className={styles["end"]}>{duration(now - queued)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <More all={waiting.length} />
    </>
  );
}

function Project({ projectId, user }: { projectId: string; user: string }) {
  return (
    <th scope="row">
      <Link href={projectPath(projectId)}>{projectId}</Link>
      <small>user {user}</small>
    </th>
  );
}

function More({ all }: { all: number }) {
  if (all <= SHOWN) return null;
  return <p className={page["below"]}>And {count(all - SHOWN, "more run")}.</p>;
}
