/** What is set on this server, and a test of its models. It shows settings; it changes none. */
import { useEffect, useRef, useState } from "react";
import { CommandFailed } from "../../stream/commands";
import type { Problem } from "../../stream/types";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { Anvil, Warning } from "../../ui/icons";
import { Link } from "../../ui/link";
import { ModelRow } from "./model-row";
import { SeenSection } from "./seen-section";
import { digits, getSettings, testModels, type Settings, type Tried } from "./settings";
import page from "../../ui/page.module.css";
import styles from "./settings-page.module.css";

export function SettingsPage() {
  const [settings, setSettings] = useState<Settings | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [tried, setTried] = useState<Tried[]>([]);
  const [asking, setAsking] = useState(false);
  const left = useRef(new AbortController());
  useEffect(() => {
    document.title = "Settings · Smart Forge";
    const leaving = new AbortController();
    left.current = leaving;
    void told(leaving.signal, setProblem, async () => setSettings(await getSettings(leaving.signal)));
    return () => leaving.abort();
  }, []);

  const test = async () => {
    const { signal } = left.current;
    setAsking(true);
    setProblem(null);
    await told(signal, setProblem, async () => setTried(await testModels(signal)));
    if (!signal.aborted) setAsking(false);
  };

  return (
    <main className={page["page"]}>
      <header className={page["head"]}>
        <Link href="/" className={page["home"]} aria-label="Smart Forge, all projects" title="All projects">
          <Anvil />
        </Link>
        <h1>Settings</h1>
        <span className={page["summary"]}>Read once, when the server starts</span>
      </header>
      <div role="status" className={page["status"]}>
        {problem && (
          <p className={page["strip"]}>
            <Warning />
            <span>
              {problem.title}. {problem.detail}
            </span>
          </p>
        )}
      </div>
      {!settings && !problem && <p className={page["none"]}>Asking the server…</p>}
      {settings && (
        <>
          <section aria-labelledby="models">
            <div className={styles["title"]}>
              <h2 id="models">Models</h2>
              {settings.models.length > 0 && (
                <button
                  type="button"
                  className={classes(controls["button"])}
                  disabled={asking}
                  onClick={() => void test()}
                >
                  {asking ? "Asking…" : "Ask each once"}
                </button>
              )}
            </div>
            <Models settings={settings} tried={tried} asking={asking} />
          </section>
          <SeenSection />
          <section aria-labelledby="rest">
            <h2 id="rest">Everything else</h2>
            <Rest settings={settings} />
          </section>
        </>
      )}
    </main>
  );
}

function Models({ settings, tried, asking }: { settings: Settings; tried: Tried[]; asking: boolean }) {
  if (settings.models.length === 0) {
    return (
      <p className={page["none"]}>
        None: rules make the plans and write the files. To have a model as well, set SMARTFORGE_MODEL, such as{" "}
        <code>ollama:qwen3</code>, or the key of a provider, and start the server again.
      </p>
    );
  }
  return (
    <>
      <ul className={styles["models"]}>
        {settings.models.map((model) => (
          <ModelRow
            key={model.name}
            model={model}
            trial={asking ? undefined : tried.find((one) => one.model.name === model.name)?.trial}
          />
        ))}
      </ul>
      <p className={page["below"]}>Asking each once costs a few tokens. Keys stay on the server.</p>
    </>
  );
}

const PLANNERS: Record<string, string> = {
  auto: "the model where one is set, else rules",
  offline: "rules",
  model: "the model",
};

function Rest({ settings }: { settings: Settings }) {
  const rows: [string, string][] = [
    ["Plans are made by", PLANNERS[settings.planner] ?? settings.planner],
    ["Files are written by", settings.author === "model" ? "the model" : "the compiler, and the model where rules end"],
    ["Tokens a run may use", settings.budget ? digits(settings.budget) : "no limit"],
    ["Its model calls may cost", Number(settings.budgetUsd) ? `${settings.budgetUsd} USD` : "no limit"],
    ["It may ask models for", settings.budgetSeconds ? `${digits(settings.budgetSeconds)} s from its start` : "no limit"],
    ["Tokens a user may use a day", settings.userBudget ? digits(settings.userBudget) : "no limit"],
    ["A user's calls may cost a day", Number(settings.userBudgetUsd) ? `${settings.userBudgetUsd} USD` : "no limit"],
    ["You have used today", usedToday(settings)],
    ["Compiled code is shown at", settings.pace ? `${digits(settings.pace)} characters a second` : "full speed"],
    ["Projects are kept", settings.keepDays ? `${digits(settings.keepDays)} days after their last event` : "for ever"],
    ["The log is in", settings.database === "postgresql" ? "PostgreSQL" : "SQLite"],
    ["Frameworks", settings.targets.join(", ")],
  ];
  return (
    <dl className={styles["rest"]}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** Since 00:00 UTC. */
function usedToday({ today }: Settings): string {
  if (today.tokens === 0) return "no tokens";
  return `${digits(today.tokens)} tokens, ${today.usd === null ? "price unknown" : `${today.usd} USD`}`;
}

/** Does it, and tells what the server refused unless the page has been left. */
async function told(signal: AbortSignal, tell: (problem: Problem) => void, act: () => Promise<void>) {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    if (!signal.aborted) tell(error);
  }
}
