/** A project's page: the project as it is, live. */
import { useEffect } from "react";
import { useGenerationStream } from "../../stream/use-generation-stream";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { History } from "../../ui/icons";
import { Link } from "../../ui/link";
import { replayPath } from "../../ui/route";
import { ConnectionStrip } from "./connection-strip";
import { Header } from "./header";
import header from "./header.module.css";
import styles from "./project-page.module.css";
import { ProjectView } from "./project-view";
import { isOn } from "./rows";

export function ProjectPage({ projectId }: { projectId: string }) {
  const live = useGenerationStream(projectId);
  const { snapshot, status, gone, connection, problem, lastEventAt, viewers } = live;
  useTitle(snapshot?.title, status);

  if (gone) return <UnknownProject />;
  const top = (
    <>
      <Header projectId={projectId} snapshot={snapshot} viewers={viewers}>
        {snapshot && (
          <Link href={replayPath(projectId)} className={controls["button"]} title="Look at how it was made">
            <History /> <span className={header["word"]}>Replay</span>
          </Link>
        )}
      </Header>
      <ConnectionStrip connection={connection} problem={problem} known={lastEventAt !== null} on={isOn(status)} />
    </>
  );
  return <ProjectView projectId={projectId} stream={live} top={top} />;
}

/** There is no such project, or no longer: a way home. */
export function UnknownProject() {
  useEffect(() => {
    document.title = "No such project · Smart Forge";
  }, []);
  return (
    <main className={styles["unknown"]}>
      <h1>There is no such project</h1>
      <p>It was deleted, or the address is not quite right.</p>
      <Link href="/" className={classes(controls["button"], controls["primary"])}>
        To your projects
      </Link>
    </main>
  );
}

function useTitle(title: string | undefined, status: string): void {
  useEffect(() => {
    const sign = isOn(status) ? "… " : status === "complete" ? "✓ " : status === "error" ? "✗ " : "";
    document.title = `${sign}${title || "Project"} · Smart Forge`;
  }, [title, status]);
}
