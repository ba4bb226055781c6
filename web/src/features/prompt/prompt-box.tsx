/** The prompt box of the home page, with the choice of target and model inside. */
import { type RefObject, useId, useState } from "react";
import { CommandFailed, createProject, type NewProject } from "../../stream/commands";
import type { Snapshot } from "../../stream/types";
import { classes } from "../../ui/classes";
import { GrowingText } from "../../ui/growing-text";
import { ArrowUp, Spinner } from "../../ui/icons";
import { limitsSaid, usedUp } from "./left";
import styles from "./prompt-box.module.css";
import type { Choices } from "./projects";

/** The server counts Unicode code points after trimming. */
const LIMIT = 20_000;
const TARGETS: Record<string, string> = { fastapi: "FastAPI", express: "Express" };

interface Props {
  ref: RefObject<HTMLTextAreaElement | null>;
  text: string;
  onText: (text: string) => void;
  choices: Choices;
  /** The server has accepted the prompt; this is the new project. */
  onCreated: (project: Snapshot) => void;
}

export function PromptBox({ ref, text, onText, choices, onCreated }: Props) {
  const [target, setTarget] = useState("");
  const [model, setModel] = useState("");
  const [ask, setAsk] = useState(false);
  const [approve, setApprove] = useState(false);
  const [sending, setSending] = useState(false);
  const [problem, setProblem] = useState<CommandFailed | null>(null);
  const problemId = useId();
  const length = text.trim().length > LIMIT - 2000 ? [...text.trim()].length : text.trim().length;

  const submit = async () => {
    if (sending || length === 0) return;
    setSending(true);
    setProblem(null);
    const project: NewProject = { prompt: text, offer: true };
    if (target) project.target = target;
    if (model) project.model = model;
    if (ask && choices.model && model !== "offline") project.ask = true;
    if (approve) project.approve = true;
    try {
      onCreated(await createProject(project));
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      setProblem(error);
      setSending(false);
      ref.current?.focus();
    }
  };

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div className={styles["box"]}>
        <GrowingText
          ref={ref}
          className={styles["text"]}
          aria-label="Describe the API you need"
          aria-invalid={problem !== null}
          aria-describedby={problem ? problemId : undefined}
          placeholder="A recipe API. A recipe has a title, servings, minutes and optional notes…"
          rows={3}
          readOnly={sending}
          value={text}
          onText={onText}
          onSend={() => void submit()}
        />
        <div className={styles["foot"]}>
          <TargetChoice targets={choices.targets} value={target} onChange={setTarget} />
          <label className={styles["choice"]}>
            Model
            <select value={model} onChange={(event) => setModel(event.target.value)}>
              <option value="">{choices.model ?? "Offline, no model"}</option>
              {choices.model && <option value="offline">Offline, no model</option>}
            </select>
          </label>
          {choices.model && model !== "offline" && (
            <label className={styles["choice"]} title="The model may ask up to three questions before it plans">
              <input type="checkbox" checked={ask} onChange={(event) => setAsk(event.target.checked)} />
              Ask me first
            </label>
          )}
          <label className={styles["choice"]} title="It is made once you approve its plan, which you may change in words">
            <input type="checkbox" checked={approve} onChange={(event) => setApprove(event.target.checked)} />
            Show me the plan first
          </label>
          {length > LIMIT - 2000 && (
            <span className={styles["count"]}>
              {length.toLocaleString("en")} of {LIMIT.toLocaleString("en")} characters
            </span>
          )}
          <button
            type="submit"
            className={styles["send"]}
            aria-label={sending ? "Sending" : "Send"}
            title="Send (Enter)"
            disabled={sending || length === 0}
          >
            {sending ? <Spinner /> : <ArrowUp />}
          </button>
        </div>
      </div>
      {choices.model && model !== "offline" && limitsSaid(choices.limits) && (
        <p className={classes(styles["limits"], usedUp(choices.limits) && styles["used"])}>
          {limitsSaid(choices.limits)}
        </p>
      )}
      <div role="alert" id={problemId}>
        {problem && <p className={styles["problem"]}>{problem.message}</p>}
      </div>
    </form>
  );
}

interface TargetChoiceProps {
  targets: readonly string[];
  value: string;
  onChange: (target: string) => void;
}

function TargetChoice({ targets, value, onChange }: TargetChoiceProps) {
  const [only] = targets;
  if (targets.length < 2) {
    return (
      <span className={styles["choice"]}>
        Target <span className={styles["fixed"]}>{TARGETS[only ?? ""] ?? only}</span>
      </span>
    );
  }
  return (
    <label className={styles["choice"]}>
      Target
      <select value={value || only} onChange={(event) => onChange(event.target.value)}>
        {targets.map((name) => (
          <option key={name} value={name}>
            {TARGETS[name] ?? name}
          </option>
        ))}
      </select>
    </label>
  );
}
