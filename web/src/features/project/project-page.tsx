/** A project's page: the chat on the left; its API, as code and as all else, on the right. */
import { lazy, Suspense, useCallback, useEffect, useState } from "react";
import type { Version } from "../../events.gen";
import { useGenerationStream } from "../../stream/use-generation-stream";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { Link } from "../../ui/link";
import { type Tab, Tabs } from "../../ui/tabs";
import { ChecksTab } from "../checks/checks-tab";
import { ContractTab } from "../contract/contract-tab";
import { type Pair, pairOf } from "../diff/pairs";
import { StreamingCodeViewer } from "../files/streaming-code-viewer";
import { Chat } from "./chat";
import { Composer } from "./composer";
import { ConnectionStrip } from "./connection-strip";
import { Header } from "./header";
import styles from "./project-page.module.css";
import { isBusy, isOn } from "./rows";

type TabName = "code" | "contract" | "console" | "checks" | "diff";
const ConsoleTab = lazy(() =>
  import("../console/console-tab").catch(() => ({ default: NoConsole })),
);
const DiffTab = lazy(async () => {
  const { DiffTab } = await import("../diff/diff-tab").catch(() => ({ DiffTab: NoDiff }));
  return { default: DiffTab };
});

type Pane = "chat" | "work";

const NONE: readonly Version[] = [];

export function ProjectPage({ projectId }: { projectId: string }) {
  const live = useGenerationStream(projectId);
  const { snapshot, status, gone, connection, problem } = live;
  const [tab, setTab] = useState<TabName>("code");
  // Fetched when it is first looked at, and mounted from then on.
  const [tried, setTried] = useState(false);
  if (tab === "console" && !tried) setTried(true);
  const [asked, setAsked] = useState(false);
  if (tab === "diff" && !asked) setAsked(true);
  const [pane, setPane] = useState<Pane>("chat");
  const [opened, setOpened] = useState<{ path: string } | null>(null);
  const [compared, setCompared] = useState<Pair | null>(null);
  const [followed, setFollowed] = useState(0);
  useTitle(snapshot?.title, status);

  const openFile = useCallback((path: string) => {
    setOpened({ path });
    setTab("code");
    setPane("work");
  }, []);
  const openChecks = useCallback(() => {
    setTab("checks");
    setPane("work");
  }, []);
  const openContract = useCallback(() => {
    setTab("contract");
    setPane("work");
  }, []);
  const versions = snapshot?.versions ?? NONE;
  const openDiff = useCallback(
    (version: number) => {
      setCompared(pairOf(version, versions));
      setTab("diff");
      setPane("work");
    },
    [versions],
  );
  const begun = useCallback(() => setFollowed((times) => times + 1), []);

  if (gone) return <UnknownProject />;
  const on = isOn(status);
  const tabs: Tab<TabName>[] = [
    { name: "code", label: "Code", panel: <StreamingCodeViewer stream={live} opened={opened} followed={followed} /> },
    {
      name: "contract",
      label: "Contract",
      panel: (
        <ContractTab
          contract={snapshot?.contract ?? null}
          notMade={snapshot?.operationsNotMade ?? []}
          resolve={live.resolve}
        />
      ),
    },
    {
      name: "console",
      label: "Console",
      panel: (
        <Suspense fallback={<p className={styles["notLoaded"]}>Loading the console…</p>}>
          {tried && <ConsoleTab projectId={projectId} stream={live} />}
        </Suspense>
      ),
    },
    {
      name: "checks",
      label: "Checks",
      panel: <ChecksTab checks={snapshot?.checks ?? []} over={!isBusy(status)} resolve={live.resolve} />,
    },
    {
      name: "diff",
      label: "Diff",
      panel: (
        <Suspense fallback={<p className={styles["notLoaded"]}>Loading the comparison…</p>}>
          {asked && <DiffTab projectId={projectId} versions={versions} opened={compared} />}
        </Suspense>
      ),
    },
  ];

  return (
    <div className={styles["page"]} data-status={status} data-seq={snapshot?.seq}>
      <Header projectId={projectId} snapshot={snapshot} />
      <ConnectionStrip connection={connection} problem={problem} known={live.lastEventAt !== null} on={on} />
      <main className={styles["panes"]} data-pane={pane}>
        <section className={styles["left"]} aria-label="Conversation">
          <Chat
            stream={live}
            projectId={projectId}
            onOpenFile={openFile}
            onOpenChecks={openChecks}
            onOpenContract={openContract}
            onOpenDiff={openDiff}
            onBegun={begun}
          />
          <Composer projectId={projectId} stream={live} onSent={begun} />
        </section>
        <section className={styles["right"]} aria-label="API">
          <Tabs label="Views of the API" tabs={tabs} selected={tab} onSelect={setTab} />
        </section>
      </main>
      <nav className={styles["switch"]} aria-label="Panes">
        <PaneButton name="chat" label="Chat" pane={pane} onPane={setPane} />
        <PaneButton name="work" label="API" pane={pane} onPane={setPane} />
      </nav>
    </div>
  );
}

/** In its place where it cannot be fetched: the network is away, or the server is a newer one. */
function NoConsole() {
  return <p className={styles["notLoaded"]}>The console could not be loaded. Reload the page to try again.</p>;
}

function NoDiff(_props: DiffProps) {
  return <p className={styles["notLoaded"]}>The comparison could not be loaded. Reload the page to try again.</p>;
}

interface DiffProps {
  projectId: string;
  versions: readonly Version[];
  opened: Pair | null;
}

interface PaneButtonProps {
  name: Pane;
  label: string;
  pane: Pane;
  onPane: (pane: Pane) => void;
}

function PaneButton({ name, label, pane, onPane }: PaneButtonProps) {
  return (
    <button
      type="button"
      aria-pressed={pane === name}
      className={styles["paneButton"]}
      onClick={() => onPane(name)}
    >
      {label}
    </button>
  );
}

/** There is no such project, or no longer: a way home. */
function UnknownProject() {
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
