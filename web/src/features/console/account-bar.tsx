/** Who asks: nobody, or an account of the API. */
import { type FormEvent, useEffect, useId, useRef, useState } from "react";
import { classes } from "../../ui/classes";
import controls from "../../ui/controls.module.css";
import { type Account, type Entry, fieldsOf, logIn, register, type Sent } from "./account";
import styles from "./console-tab.module.css";
import type { OpenApi, Operation } from "./document";

interface Props {
  document: OpenApi;
  /** Null where the API has no accounts. */
  entry: Entry | null;
  account: Account | null;
  /** The contract had an account that the real API does not know. */
  forgot: boolean;
  admin: Record<string, string> | null;
  send: Sent;
  onAccount: (account: Account | null) => void;
}

type Way = "register" | "login";

export function AccountBar({ document, entry, account, forgot, admin, send, onAccount }: Props) {
  const [way, setWay] = useState<Way | null>(null);
  const bar = useRef<HTMLDivElement>(null);
  const moved = useRef(false);
  useEffect(() => {
    // What had the focus is gone: it goes to what stands there instead.
    if (moved.current) bar.current?.querySelector("button")?.focus();
    moved.current = false;
  }, [account]);
  const change = (known: Account | null): void => {
    moved.current = true;
    setWay(null);
    onAccount(known);
  };
  if (entry === null) return null;
  if (account) {
    return (
      <div className={styles["account"]} ref={bar}>
        <span role="status">
          Logged in as <strong>{account.name}</strong>
          {account.role && `, ${account.role}`}
        </span>
        <button type="button" className={controls["quiet"]} onClick={() => change(null)}>
          Log out
        </button>
      </div>
    );
  }
  return (
    <div className={styles["account"]} ref={bar}>
      <span role="status">{forgot ? "The real API answers now: the contract's accounts are gone." : "Not logged in"}</span>
      {entry.register && (
        <button type="button" className={controls["quiet"]} aria-expanded={way === "register"} onClick={() => setWay(way === "register" ? null : "register")}>
          Register…
        </button>
      )}
      <button type="button" className={controls["quiet"]} aria-expanded={way === "login"} onClick={() => setWay(way === "login" ? null : "login")}>
        Log in…
      </button>
      {way && (
        <EntryForm
          key={way}
          document={document}
          way={way}
          operation={(way === "register" && entry.register) || entry.login}
          login={entry.login}
          admin={admin}
          send={send}
          onAccount={change}
        />
      )}
    </div>
  );
}

interface FormProps {
  document: OpenApi;
  way: Way;
  operation: Operation;
  login: Operation;
  admin: Record<string, string> | null;
  send: Sent;
  onAccount: (account: Account) => void;
}

function EntryForm({ document, way, operation, login, admin, send, onAccount }: FormProps) {
  const id = useId();
  const fields = fieldsOf(document, operation);
  const [values, setValues] = useState(() => Object.fromEntries(fields.map(({ name, value }) => [name, value])));
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState("");
  const enter = async (given: Record<string, string>, first: boolean): Promise<void> => {
    setBusy(true);
    setProblem("");
    try {
      if (first) await register(send, operation, given);
      const names = fieldsOf(document, login).map(({ name }) => name);
      onAccount(await logIn(send, login, Object.fromEntries(names.map((name) => [name, given[name] ?? ""]))));
    } catch (error) {
      setProblem(error instanceof Error && !(error instanceof TypeError) ? error.message : "No answer came. Try it again.");
      setBusy(false);
    }
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    void enter(values, way === "register");
  };
  return (
    <form className={styles["entry"]} aria-label={way === "register" ? "Register" : "Log in"} onSubmit={submit}>
      {fields.map(({ name, schema }) => (
        <div key={name} className={styles["field"]}>
          <label htmlFor={`${id}-${name}`}>{name.replaceAll("_", " ")}</label>
          <input
            id={`${id}-${name}`}
            className={styles["input"]}
            type={name.includes("password") ? "password" : "text"}
            autoComplete="off"
            required={schema.type === "string"}
            value={values[name] ?? ""}
            onChange={(event) => setValues({ ...values, [name]: event.target.value })}
          />
        </div>
      ))}
      <div className={styles["actions"]}>
        <button type="submit" className={classes(controls["button"], controls["primary"])} disabled={busy}>
          {way === "register" ? "Register and log in" : "Log in"}
        </button>
        {way === "login" && admin && (
          <button type="button" className={controls["button"]} disabled={busy} onClick={() => void enter(admin, false)}>
            Log in as the admin
          </button>
        )}
        {problem && (
          <span className={styles["warning"]} role="alert">
            {problem}
          </span>
        )}
      </div>
    </form>
  );
}
