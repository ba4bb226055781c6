/** A project as it is shown: the chat on the left; its API, as code and as all else, on the right. */
import { type ComponentProps, lazy, type ReactNode, Suspense, useCallback, useContext, useEffect, useState } from "react";
import type { Version } from "../../events.gen";
import type { GenerationStream } from "../../stream/use-generation-stream";
import { ReadOnly } from "../../ui/read-only";
import { type Tab, Tabs } from "../../ui/tabs";
import { type Pair, pairOf } from "../diff/pairs";
import { StreamingCodeViewer } from "../files/streaming-code-viewer";
import { Chat } from "./chat";
import { Composer } from "./composer";
import styles from "./project-page.module.css";
import { isBusy } from "./rows";

type TabName = "code" | "contract" | "console" | "checks" | "diff";
// Fetched unasked, but not before the editor: the first look is at the code.
const ContractTab = lazy(async () => {
  const { ContractTab } = await import("../contract/contract-tab").catch(() => ({ ContractTab: NoContract }));
  return { default: ContractTab };
});
const ChecksTab = lazy(async () => {
  const { ChecksTab } = await import("../checks/checks-tab").catch(() => ({ ChecksTab: NoChecks }));
  return { default: ChecksTab };
});
const ConsoleTab = lazy(() =>
  import("../console/console-tab").catch(() => ({ default: NoConsole })),
);
const DiffTab = lazy(async () => {
  const { DiffTab } = await import("../diff/diff-tab").catch(() => ({ DiffTab: NoDiff }));
  return { default: DiffTab };
});

type Pane = "chat" | "work";

const NONE: readonly Version[] = [];

interface Props {
  projectId: string;
  /** The project as it is, or as it was. */
  stream: GenerationStream;
  /** Above the panes: the header, and what there is to say. */
  top: ReactNode;
  /** Below them. */
  bottom?: ReactNode;
}

export function ProjectView({ projectId, stream, top, bottom }: Props) {
  const { snapshot, status } = stream;
  const readOnly = useContext(ReadOnly);
  const [tab, setTab] = useState<TabName>("code");
  const rested = useRested();
  // Fetched when it is first looked at, and mounted from then on.
  const [tried, setTried] = useState(false);
  if (tab === "console" && !tried) setTried(true);
  const [asked, setAsked] = useState(false);
  if (tab === "diff" && !asked) setAsked(true);
  const [pane, setPane] = useState<Pane>("chat");
  const [opened, setOpened] = useState<{ path: string } | null>(null);
  const [compared, setCompared] = useState<Pair | null>(null);
  const [followed, setFollowed] = useState(0);

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

  const tabs: Tab<TabName>[] = [
    { name: "code", label: "Code", panel: <StreamingCodeViewer stream={stream} opened={opened} followed={followed} /> },
    {
      name: "contract",
      label: "Contract",
      panel: (
        <Suspense fallback={<p className={styles["notLoaded"]}>Loading the contract…</p>}>
          {(rested || tab === "contract") && (
            <ContractTab
              contract={snapshot?.contract ?? null}
              notMade={snapshot?.operationsNotMade ?? []}
              resolve={stream.resolve}
            />
          )}
        </Suspense>
      ),
    },
    {
      name: "console",
      label: "Console",
      panel: (
        <Suspense fallback={<p className={styles["notLoaded"]}>Loading the console…</p>}>
          {tried && <ConsoleTab projectId={projectId} stream={stream} />}
        </Suspense>
      ),
    },
    {
      name: "checks",
      label: "Checks",
      panel: (
        <Suspense fallback={<p className={styles["notLoaded"]}>Loading the checks…</p>}>
          {(rested || tab === "checks") && (
            <ChecksTab
              checks={snapshot?.checks ?? []}
              over={!isBusy(status)}
              resolve={stream.resolve}
              onRun={readOnly || !snapshot?.version ? null : stream.check}
            />
          )}
        </Suspense>
      ),
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

  // What can be sent changes something, and what runs is not what was.
  const shown = readOnly ? tabs.filter(({ name }) => name !== "console") : tabs;

  return (
    <div className={styles["page"]} data-status={status} data-seq={snapshot?.seq}>
      {top}
      <main className={styles["panes"]} data-pane={pane}>
        <section className={styles["left"]} aria-label="Conversation">
          <Chat
            stream={stream}
            projectId={projectId}
            onOpenFile={openFile}
            onOpenChecks={openChecks}
            onOpenContract={openContract}
            onOpenDiff={openDiff}
            onBegun={begun}
          />
          {!readOnly && <Composer projectId={projectId} stream={stream} onSent={begun} />}
        </section>
        <section className={styles["right"]} aria-label="API">
          <Tabs label="Views of the API" tabs={shown} selected={tab} onSelect={setTab} />
        </section>
      </main>
      {bottom}
      <nav className={styles["switch"]} aria-label="Panes">
        <PaneButton name="chat" label="Chat" pane={pane} onPane={setPane} />
        <PaneButton name="work" label="API" pane={pane} onPane={setPane} />
      </nav>
    </div>
  );
}

function NoContract(_props: ContractProps) {
  return <p className={styles["notLoaded"]}>The contract could not be loaded. Reload the page to try again.</p>;
}

type ContractProps = ComponentProps<typeof import("../contract/contract-tab").ContractTab>;

/** In its place where it cannot be fetched: the network is away, or the server is a newer one. */
function NoConsole() {
  return <p className={styles["notLoaded"]}>The console could not be loaded. Reload the page to try again.</p>;
}

function NoChecks(_props: ChecksProps) {
  return <p className={styles["notLoaded"]}>The checks could not be loaded. Reload the page to try again.</p>;
}

type ChecksProps = ComponentProps<typeof import("../checks/checks-tab").ChecksTab>;

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

/** Whether the editor is there, or cannot be had: then there is time for the other tabs. */
function useRested(): boolean {
  const [rested, setRested] = useState(false);
  useEffect(() => {
    let wanted = true;
    const rest = () => wanted && setRested(true);
    import("../files/code-editor").then(rest, rest);
    return () => {
      wanted = false;
    };
  }, []);
  return rested;
}
