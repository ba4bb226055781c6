/** A project as who has a link sees it: live or its past, to be read alone. */
import { lazy, Suspense, useEffect, useState } from "react";
import { BASE } from "../../base";
import { CommandFailed, json, send } from "../../stream/commands";
import type { Problem } from "../../stream/types";
import { useGenerationStream } from "../../stream/use-generation-stream";
import controls from "../../ui/controls.module.css";
import { History } from "../../ui/icons";
import { Link } from "../../ui/link";
import { ReadOnly } from "../../ui/read-only";
import { replayPath } from "../../ui/route";
import { ConnectionStrip } from "../project/connection-strip";
import { Header } from "../project/header";
import header from "../project/header.module.css";
import { ProjectView } from "../project/project-view";
import { isOn } from "../project/rows";
import styles from "./shared.module.css";

const ReplayPage = lazy(async () => ({
  default: (await import("../replay/replay-page")).ReplayPage,
}));

interface Shared {
  projectId: string;
  /** Unix milliseconds. */
  expiresAt: number;
}

export function SharedPage({ replay }: { replay: boolean }) {
  const { shared, problem } = useShared();
  useEffect(() => {
    document.title = "Shared project · Smart Forge";
  }, []);
  if (problem) return <Refused {...problem} />;
  if (!shared) {
    return (
      <main className={styles["refused"]}>
        <p role="status">Loading the project…</p>
      </main>
    );
  }
  if (!replay) return <Live {...shared} />;
  return (
    <Suspense>
      <ReplayPage projectId={shared.projectId} />
    </Suspense>
  );
}

function Live({ projectId, expiresAt }: Shared) {
  const live = useGenerationStream(projectId);
  const { snapshot, status, gone, connection, problem, lastEventAt, viewers } = live;
  const title = snapshot?.title;
  useEffect(() => {
    document.title = `${title || "Shared project"} · Smart Forge`;
  }, [title]);
  if (gone) {
    const title = "This link leads nowhere any more";
    return <Refused title={title} detail="It has ended, or the project was deleted. Ask for another one." />;
  }
  const top = (
    <>
      <Header projectId={projectId} snapshot={snapshot} viewers={viewers}>
        {snapshot && (
          <Link href={replayPath(projectId)} className={controls["button"]} title="Look at how it was made">
            <History /> <span className={header["word"]}>Replay</span>
          </Link>
        )}
      </Header>
      <div className={styles["strip"]} role="region" aria-label="Shared">
        <p>
          <b>Shared with you to look at,</b> until{" "}
          <time dateTime={new Date(expiresAt).toISOString()}>{new Date(expiresAt).toLocaleString("en", DATE)}</time>.
        </p>
      </div>
      <ConnectionStrip connection={connection} problem={problem} known={lastEventAt !== null} on={isOn(status)} />
    </>
  );
  return (
    <ReadOnly value={true}>
      <ProjectView projectId={projectId} stream={live} top={top} />
    </ReadOnly>
  );
}

const DATE = { dateStyle: "medium", timeStyle: "short" } as const;

function Refused({ title, detail }: Pick<Problem, "title" | "detail">) {
  return (
    <main className={styles["refused"]}>
      <h1>{title}</h1>
      <p role="alert">{detail}</p>
      <button type="button" className={controls["button"]} onClick={() => location.reload()}>
        Try again
      </button>
    </main>
  );
}

/** What the link leads to. */
function useShared(): { shared: Shared | null; problem: Problem | null } {
  const [found, setFound] = useState<{ shared: Shared | null; problem: Problem | null }>({ shared: null, problem: null });
  useEffect(() => {
    const left = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const shared = (await json(await send("GET", `${BASE}/api/share`, undefined, left.signal))) as Shared;
        setFound({ shared, problem: null });
      } catch (error) {
        if (left.signal.aborted) return;
        if (!(error instanceof CommandFailed)) throw error;
        setFound({ shared: null, problem: error });
      }
    };
    void ask();
    return () => left.abort();
  }, []);
  return found;
}
