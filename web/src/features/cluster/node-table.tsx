/** The nodes in a table: how full each is, what state it is in, when it was last heard of. */
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { ago, duration } from "../../ui/format";
import { loadOf, stateOf, type Cluster, type Node, type NodeState } from "./cluster";
import page from "../../ui/page.module.css";
import styles from "./cluster-page.module.css";

const STATES: Record<NodeState, { word: string; tone: string; title: string }> = {
  live: { word: "Live", tone: "good", title: "Takes runs" },
  draining: { word: "Draining", tone: "warn", title: "Finishes what it has, and takes no more runs" },
  silent: { word: "Silent", tone: "bad", title: "Has not been heard of" },
};

export function NodeTable({ cluster: { nodes, now, here } }: { cluster: Cluster }) {
  if (nodes.length === 0) return <p className={page["none"]}>There is no node that executes runs.</p>;
  return (
    <table className={styles["table"]} aria-labelledby="nodes">
      <thead>
        <tr>
          <th scope="col">Node</th>
          <th scope="col">Load</th>
          <th scope="col">State</th>
          <th scope="col" className={styles["end"]}>
            Last seen
          </th>
        </tr>
      </thead>
      <tbody>
        {nodes.map((node) => (
          <NodeRow key={node.id} node={node} now={now} here={node.id === here} />
        ))}
      </tbody>
    </table>
  );
}

function NodeRow({ node, now, here }: { node: Node; now: number; here: boolean }) {
  const state = STATES[stateOf(node, now)];
  return (
    <tr>
      <th scope="row">
        {node.name}
        <small>
          {node.role}, version {node.version}, started {ago(node.started, now)}
          {here && ", answers this page"}
        </small>
      </th>
      <td>
        <span className={styles["number"]}>
          {node.running} of {node.slots}
        </span>
        <span className={styles["bar"]} aria-hidden="true">
          <span style={{ width: `${loadOf(node) * 100}%` }} />
        </span>
      </td>
      <td>
        <span className={classes(controls["chip"], controls[state.tone])} title={state.title}>
          {state.word}
        </span>
      </td>
      <td className={styles["end"]}>{duration(now - node.seen)} ago</td>
    </tr>
  );
}
