/** The request: its parameters and body, filled in, and the curl line that repeats it. */
import { type FormEvent, type KeyboardEvent, useId } from "react";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { CopyButton } from "../../ui/copy-button";
import { Retry, Stop } from "../../ui/icons";
import { Method } from "../../ui/method";
import styles from "./console-tab.module.css";
import type { Operation } from "./document";
import { isFile } from "./example";
import { FileField, ParameterField } from "./fields";
import { type Draft, faultIn, placeOf } from "./request";

interface Props {
  operation: Operation;
  draft: Draft;
  /** It needs somebody who is logged in, and nobody is. */
  locked: boolean;
  missing: string | null;
  curl: string;
  /** Words stand in the curl line in place of the server's token. */
  guarded: boolean;
  sending: boolean;
  onDraft: (draft: Draft) => void;
  onExample: () => void;
  onSend: () => void;
  onStop: () => void;
}

const MOST_ROWS = 16;

export function RequestForm(props: Props) {
  const { operation, draft, locked, missing, curl, guarded, sending, onDraft, onExample, onSend, onStop } = props;
  const { method, path, says, who, parameters, body } = operation;
  const required = parameters.filter((one) => one.required);
  const optional = parameters.filter((one) => !one.required);
  const set = (place: string, value: string): void =>
    onDraft({ ...draft, parameters: { ...draft.parameters, [place]: value } });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (!missing) onSend();
  };
  const pressed = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    if (!missing && !sending) onSend();
  };
  return (
    <form className={styles["request"]} aria-label="Request" onSubmit={submit} onKeyDown={pressed}>
      <h3>
        <Method method={method} />{" "}
        <code>{path}</code>
      </h3>
      <p className={styles["says"]}>
        {says}. {who.locked ? `For: ${who.words}.` : "Anyone may."}
        {locked && <strong> Log in above, or it answers 401.</strong>}
      </p>
      {required.length > 0 && (
        <div className={styles["fields"]}>
          {required.map((one) => (
            <ParameterField key={placeOf(one)} parameter={one} value={draft.parameters[placeOf(one)] ?? ""} onChange={set} />
          ))}
        </div>
      )}
      {optional.length > 0 && (
        <details>
          <summary>Optional parameters ({optional.length})</summary>
          <div className={styles["fields"]}>
            {optional.map((one) => (
              <ParameterField key={placeOf(one)} parameter={one} value={draft.parameters[placeOf(one)] ?? ""} onChange={set} />
            ))}
          </div>
        </details>
      )}
      {body?.kind === "json" && <JsonBody draft={draft} onDraft={onDraft} />}
      {body?.kind === "form" && (
        <div className={styles["fields"]}>
          {Object.entries(body.schema.properties ?? {}).map(([name, schema]) =>
            isFile(schema) ? (
              <FileField
                key={`${draft.key} ${name}`}
                name={name}
                types={schema["x-media-types"] ?? []}
                chosen={draft.files[name]}
                onChange={(file) => onDraft({ ...draft, files: file ? { ...draft.files, [name]: file } : {} })}
              />
            ) : (
              <ParameterField
                key={name}
                parameter={{ name, in: "form", required: body.schema.required?.includes(name) ?? false, schema }}
                value={draft.fields[name] ?? ""}
                onChange={(_, value) => onDraft({ ...draft, fields: { ...draft.fields, [name]: value } })}
              />
            ),
          )}
        </div>
      )}
      <div className={styles["actions"]}>
        {sending ? (
          <button type="button" className={controls["button"]} onClick={onStop}>
            <Stop /> Stop
          </button>
        ) : (
          <button
            type="submit"
            className={classes(controls["button"], controls["primary"])}
            disabled={missing !== null}
            aria-keyshortcuts="Control+Enter"
            title="Ctrl+Enter"
          >
            Send
          </button>
        )}
        <CopyButton text={() => curl} word="Copy as curl" title="Copy the request as a curl line" disabled={!curl} />
        <button type="button" className={controls["quiet"]} onClick={onExample}>
          <Retry /> Example
        </button>
        {missing && <span className={styles["warning"]}>{missing}</span>}
      </div>
      <details>
        <summary>curl</summary>
        {guarded && (
          <p className={styles["says"]}>Put your server's own token in place of the words for it.</p>
        )}
        <pre className={styles["curl"]} tabIndex={0} role="region" aria-label="curl line">
          {curl || "The address is not known yet."}
        </pre>
      </details>
    </form>
  );
}

function JsonBody({ draft, onDraft }: { draft: Draft; onDraft: (draft: Draft) => void }) {
  const id = useId();
  const fault = faultIn(draft.body);
  const rows = Math.min(MOST_ROWS, Math.max(3, draft.body.split("\n").length));
  return (
    <div className={styles["body"]}>
      <label htmlFor={id}>Body, JSON</label>
      <textarea
        id={id}
        rows={rows}
        spellCheck={false}
        autoComplete="off"
        value={draft.body}
        aria-describedby={`${id}-fault`}
        onChange={(event) => onDraft({ ...draft, body: event.target.value })}
      />
      <p id={`${id}-fault`} className={styles["warning"]}>
        {fault && `This is no JSON yet: ${fault}`}
      </p>
    </div>
  );
}
