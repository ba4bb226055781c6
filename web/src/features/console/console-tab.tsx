/** The console: one request to the API at a time, answered from the contract or by the API itself. */
import { type KeyboardEvent, useCallback, useEffect, useMemo, useRef, useState } from "react";
import type { GenerationStream } from "../../stream/use-generation-stream";
import { type Account, describe, entryOf, type Sent, tokenIn } from "./account";
import { AccountBar } from "./account-bar";
import { type Answer, type Answerer, ask } from "./answer";
import { AnswerView } from "./answer-view";
import styles from "./console-tab.module.css";
import { type Operation, operationsIn } from "./document";
import { HistoryList, MOST_KEPT, type Past } from "./history-list";
import { OperationPicker } from "./operation-picker";
import { addressOf, bodyOf, curlOf, type Draft, draftOf, headersOf, missingIn } from "./request";
import { RequestForm } from "./request-form";
import { Standing } from "./standing";
import { answererOf, usePreview } from "./use-preview";
import { rowsIn } from "./rows-seen";

interface Props {
  projectId: string;
  stream: GenerationStream;
}

export default function ConsoleTab({ projectId, stream }: Props) {
  const preview = usePreview(projectId, stream);
  const { document, shown, access, enter, heard } = preview;
  const operations = useMemo(() => (document ? operationsIn(document) : []), [document]);
  const [draft, setDraft] = useState<Draft | null>(null);
  const [answer, setAnswer] = useState<Answer | string | null>(null);
  const [sending, setSending] = useState<AbortController | null>(null);
  const [past, setPast] = useState<readonly Past[]>([]);
  const rows = useRef(new Map<string, number>());
  const [account, setAccount, forgot] = useAccount(answererOf(shown));

  const from = answererOf(shown);
  useEffect(() => rows.current.clear(), [from]); // Those of the contract end with it.

  const operation = operations.find(({ key }) => key === draft?.key) ?? null;
  const known = useCallback((collection: string) => rows.current.get(collection), []);
  const pick = useCallback(
    (key: string) => {
      const picked = operations.find((one) => one.key === key);
      if (!document || !picked) return;
      setDraft(draftOf(document, picked, known));
      setAnswer(null);
    },
    [document, operations, known],
  );
  useEffect(() => {
    // Something is ready to be sent from the start; what a new version has no more is left.
    if (operations.length > 0 && operation === null) pick(startOf(operations.map(({ key }) => key)));
  }, [operations, operation, pick]);

  const sent: Sent = useCallback(
    async (path, init) => {
      const { base, pass } = await enter();
      const headers = new Headers(init.headers);
      if (pass !== null) headers.set("X-Smart-Forge-Token", pass);
      const told = await ask(base + path, { ...init, headers });
      if (told.from) heard(told.from);
      return told;
    },
    [enter, heard],
  );

  const submit = async (): Promise<void> => {
    if (!operation || !draft || sending) return;
    const stopped = new AbortController();
    setSending(stopped);
    const at = Date.now();
    let told: Answer | string;
    try {
      told = await sent(addressOf("", operation, draft), {
        method: operation.method,
        headers: headersOf(operation, draft, account?.token ?? null),
        body: bodyOf(operation, draft),
        signal: stopped.signal,
      });
    } catch {
      told = stopped.signal.aborted ? "Stopped before an answer came." : noAnswer(access?.base);
    }
    setSending(null);
    setAnswer(told);
    const number = (past[0]?.number ?? 0) + 1;
    const path = addressOf("/", operation, draft);
    setPast([{ number, at, method: operation.method, path, draft, answer: told }, ...past].slice(0, MOST_KEPT));
    if (typeof told === "string") return;
    for (const [collection, id] of rowsIn(operation, told)) rows.current.set(collection, id);
    const token = operation.key === "POST /auth/login" ? tokenIn(told) : null;
    if (token !== null) setAccount(await describe(sent, token, ""));
  };

  const escaped = (event: KeyboardEvent): void => {
    if (event.key !== "Escape") return;
    sending?.abort();
    // Elsewhere Esc stops the run: nobody who leaves a field means that.
    if (sending || (event.target as Element).matches("input, textarea, select")) event.stopPropagation();
  };

  if (!document) return <Empty planned={Boolean(stream.snapshot?.contract)} problem={preview.problem} />;
  const url = operation && draft && access ? addressOf(access.base, operation, draft) : "";
  return (
    <div className={styles["console"]} data-testid="console" onKeyDown={escaped}>
      <Standing projectId={projectId} shown={shown} base={access?.base ?? null} front={frontOf(operations)} />
      <AccountBar
        document={document}
        entry={entryOf(document)}
        account={account}
        forgot={forgot}
        admin={shown?.admin ?? null}
        send={sent}
        onAccount={setAccount}
      />
      <div className={styles["parts"]}>
        <OperationPicker operations={operations} selected={draft?.key ?? null} onPick={pick} />
        <div className={styles["work"]} tabIndex={0} role="region" aria-label="Request and answer">
          {operation && draft && (
            <RequestForm
              operation={operation}
              draft={draft}
              locked={operation.who.locked && account === null}
              missing={missingIn(operation, draft)}
              curl={
                url && access
                  ? curlOf(url, operation, draft, { token: account?.token ?? null, guarded: access.guarded })
                  : ""
              }
              guarded={access?.guarded ?? false}
              sending={sending !== null}
              onDraft={setDraft}
              onExample={() => pick(operation.key)}
              onSend={() => void submit()}
              onStop={() => sending?.abort()}
            />
          )}
          <AnswerView answer={answer} sending={sending !== null} state={shown?.state ?? null} onAgain={() => void submit()} />
          <HistoryList
            past={past}
            onPick={(one) => {
              setDraft(one.draft);
              setAnswer(one.answer);
            }}
          />
        </div>
      </div>
    </div>
  );
}

/** Tokens of the contract end with it. */
function useAccount(from: Answerer | null): [Account | null, (account: Account | null) => void, boolean] {
  const [kept, setKept] = useState<{ account: Account; from: Answerer | null } | null>(null);
  const ended = kept !== null && kept.from === "contract" && from === "real";
  const set = useCallback(
    (account: Account | null) => setKept(account && { account, from }),
    [from],
  );
  return [ended ? null : (kept?.account ?? null), set, ended];
}

/** The API's root; few have one, and their document tells more than "not found". */
function frontOf(operations: readonly Operation[]): string {
  return operations.some(({ key }) => key === "GET /") ? "" : "openapi.json";
}

/** A request that works at once: the first list, else whatever comes first. */
function startOf(keys: readonly string[]): string {
  const lists = keys.filter((key) => /^GET \/(?!auth|health|users)[^{]*$/.test(key));
  return lists[0] ?? keys[0] ?? "";
}

function noAnswer(base: string | undefined): string {
  const elsewhere = base !== undefined && !base.startsWith(location.origin);
  if (elsewhere) {
    const origin = new URL(base).origin;
    return `No answer came. The API is at ${origin}, which this page may ask where scheme and port are the same.`;
  }
  return "No answer came. Check that the server is running and that you are connected, then send it again.";
}

function Empty({ planned, problem }: { planned: boolean; problem: string }) {
  return (
    <p className={styles["empty"]} role="status">
      {!planned && "Operations can be tried here once the API is planned, while its files are still being written."}
      {planned && (problem ? `The operations cannot be read. ${problem}` : "Loading the operations…")}
    </p>
  );
}
