/** The cluster's page: which nodes there are, what they execute, and who waits. */
import { useEffect } from "react";
import { Anvil, Warning } from "../../ui/icons";
import { Link } from "../../ui/link";
import { limitsSaid, summaryOf } from "./cluster";
import page from "../../ui/page.module.css";
import { NodeTable } from "./node-table";
import { OnTable, WaitingTable } from "./run-tables";
import { useCluster, type Watched } from "./watch-cluster";

export function ClusterPage() {
  const watched = useCluster();
  const { cluster, problem } = watched;
  useEffect(() => {
    document.title = "Cluster · Smart Forge";
  }, []);
  return (
    <main className={page["page"]}>
      <header className={page["head"]}>
        <Link href="/" className={page["home"]} aria-label="Smart Forge, all projects" title="All projects">
          <Anvil />
        </Link>
        <h1>Cluster</h1>
        {cluster && <span className={page["summary"]}>{summaryOf(cluster)}</span>}
      </header>
      <div role="status" className={page["status"]}>
        {problem && <Broken {...watched} />}
      </div>
      {!cluster && !problem && <p className={page["none"]}>Asking the server…</p>}
      {cluster && (
        <>
          <section aria-labelledby="nodes">
            <h2 id="nodes">Nodes</h2>
            <NodeTable cluster={cluster} />
            <p className={page["below"]}>{limitsSaid(cluster.limits)}</p>
          </section>
          <section aria-labelledby="on">
            <h2 id="on">Runs that are on</h2>
            <OnTable cluster={cluster} />
          </section>
          <section aria-labelledby="waiting">
            <h2 id="waiting">Queue</h2>
            <WaitingTable cluster={cluster} />
          </section>
        </>
      )}
    </main>
  );
}

/** Says nothing that changes by itself, since a screen reader would read it each time. */
function Broken({ cluster, at, problem }: Watched) {
  if (!problem) return null;
  const time = new Date(at).toLocaleTimeString("en", { hour12: false });
  return (
    <p className={page["strip"]}>
      <Warning />
      <span>
        {problem.title}. {problem.status !== 0 && `${problem.detail} `}
        {cluster && `What you see is as it was at ${time}. `}
        The page asks again every 2 s.
      </span>
    </p>
  );
}
