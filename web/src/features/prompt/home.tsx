/** The home page: one question, one box, something to begin with, and what was made before. */
import { useEffect, useRef } from "react";
import { sharedStore } from "../../stream/store";
import type { Snapshot } from "../../stream/types";
import { Anvil } from "../../ui/icons";
import { Link } from "../../ui/link";
import { foresee, navigate, projectPath } from "../../ui/route";
import { useDraft } from "../../ui/use-draft";
import styles from "./home.module.css";
import { useChoices } from "./projects";
import { PromptBox } from "./prompt-box";
import { RecentProjects } from "./recent-projects";
import { starters } from "./starters";

export function Home() {
  const [text, setText] = useDraft("home");
  const box = useRef<HTMLTextAreaElement>(null);
  const choices = useChoices();

  useEffect(() => {
    document.title = "Smart Forge";
    box.current?.focus({ preventScroll: true });
  }, []);

  const begun = text !== "";
  useEffect(() => {
    if (begun) foresee(projectPath("new"));
  }, [begun]);

  const created = (project: Snapshot) => {
    sharedStore().seed(project);
    setText("");
    navigate(projectPath(project.id));
  };
  const begin = (prompt: string) => {
    setText(prompt);
    box.current?.focus();
  };

  return (
    <main className={styles["home"]}>
      <div className={styles["head"]}>
        <span className={styles["mark"]}>
          <Anvil /> Smart Forge
        </span>
        <h1>What API do you need?</h1>
        <p>Describe it in plain words. You see it planned, written and proven, live.</p>
      </div>
      <PromptBox ref={box} text={text} onText={setText} choices={choices} onCreated={created} />
      <ul className={styles["starters"]} aria-label="Prompts to begin with">
        {starters.map((starter) => (
          <li key={starter.name}>
            <button
              type="button"
              className={styles["starter"]}
              title={starter.prompt}
              onClick={() => begin(starter.prompt)}
            >
              {starter.name}
            </button>
          </li>
        ))}
      </ul>
      <RecentProjects />
      <footer className={styles["foot"]}>
        <Link href="/cluster">Nodes and queue</Link> · <Link href="/settings">Settings</Link>
      </footer>
    </main>
  );
}
