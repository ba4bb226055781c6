/**
 * What the page asks the server to do. Each promise is fulfilled once the server has accepted;
 * the effect arrives through the stream. Each rejects with `CommandFailed`, and nothing else.
 */
import { BASE } from "../base";
import type { Problem, Snapshot } from "./types";

/** The server refused or could not be reached; `title` and `detail` are made for people. */
export class CommandFailed extends Error implements Problem {
  readonly status: number;
  readonly title: string;
  readonly detail: string;

  constructor(problem: Problem) {
    super(problem.detail ? `${problem.title}: ${problem.detail}` : problem.title);
    this.name = "CommandFailed";
    this.status = problem.status;
    this.title = problem.title;
    this.detail = problem.detail;
  }
}

export interface NewProject {
  prompt: string;
  target?: string;
  model?: string;
  planner?: string;
  author?: string;
  /** Its first run may wait with questions. */
  ask?: boolean;
  /** Its first run waits with its plan until that is approved. */
  approve?: boolean;
  /** It waits with a plan by rules where the model's is of no use; else it fails there. */
  offer?: boolean;
}

export interface FollowUp {
  /** The version that the user was looking at; the server answers 409 where it is stale. */
  baseVersion?: number;
  /** Start from the working copy and not from the latest complete version. */
  from?: "work";
  /** Its run waits with its plan until that is approved. */
  approve?: boolean;
  /** As of a new project. */
  offer?: boolean;
}

/** Start a project. Hand the snapshot to `StreamStore.seed`, so that its page shows at once. */
export async function createProject(project: NewProject): Promise<Snapshot> {
  const response = await send("POST", "/api/projects", project);
  return (await json(response)) as Snapshot;
}

/**
 * Answer what a run asks, by the ids of its questions; what is left out it decides itself. A plan
 * takes `Approve`, `Reject`, or what is to be otherwise.
 */
export async function answerQuestions(projectId: string, answers: Record<string, string>): Promise<void> {
  await send("POST", `${projectUrl(projectId)}/answers`, { answers });
}

/** Ask for a change. It is queued while a run is on. */
export async function sendMessage(
  projectId: string,
  prompt: string,
  options: FollowUp = {},
): Promise<void> {
  await send("POST", `${projectUrl(projectId)}/messages`, { prompt, ...options });
}

/** Change the words of a follow-up that waits; 409 once its run has begun. */
export async function editMessage(projectId: string, messageId: string, prompt: string): Promise<void> {
  await send("PATCH", messageUrl(projectId, messageId), { prompt });
}

/** Take back a follow-up that waits; 409 once its run has begun. */
export async function removeMessage(projectId: string, messageId: string): Promise<void> {
  await send("DELETE", messageUrl(projectId, messageId));
}

/** Stop the active run; `run` names it, so that its successor is never hit by mistake. */
export async function cancelRun(projectId: string, run?: string): Promise<void> {
  await send("POST", `${projectUrl(projectId)}/cancel`, run === undefined ? {} : { run });
}

/** Run the last failed, cancelled or interrupted request again. */
export async function retryRun(projectId: string): Promise<void> {
  await send("POST", `${projectUrl(projectId)}/retry`);
}

/** Run the checks of the latest version again; it stays. Queued while a run is on. */
export async function runChecks(projectId: string): Promise<void> {
  await send("POST", `${projectUrl(projectId)}/checks`);
}

/**
 * Replace a file by hand, as `version` has it; a new version comes of it after its checks. Whether
 * anything has to change: not where the version has the file like that.
 */
export async function replaceFile(projectId: string, path: string, text: string, version: number): Promise<boolean> {
  const named = path.split("/").map(encodeURIComponent).join("/");
  const body = new Blob([text], { type: "text/plain;charset=utf-8" });
  const response = await send("PUT", `${projectUrl(projectId)}/files/${named}?version=${version}`, body);
  return response.status === 202;
}

export function projectUrl(projectId: string): string {
  return `${BASE}/api/projects/${encodeURIComponent(projectId)}`;
}

function messageUrl(projectId: string, messageId: string): string {
  return `${projectUrl(projectId)}/messages/${encodeURIComponent(messageId)}`;
}

/**
 * One request with a JSON body, or a blob as it is. Rejects with `CommandFailed` unless the answer is a success;
 * where `signal` gives up on the server, it could not be reached.
 */
export async function send(
  method: string,
  url: string,
  body?: unknown,
  signal?: AbortSignal,
): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json" };
  if (method === "POST") headers["Idempotency-Key"] = idempotencyKey();
  const init: RequestInit = { method, headers, signal: signal ?? null };
  if (body instanceof Blob) {
    headers["Content-Type"] = body.type;
    init.body = body;
  } else if (body !== undefined) {
    headers["Content-Type"] = "application/json";
    init.body = JSON.stringify(body);
  }
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch {
    throw new CommandFailed(UNREACHABLE);
  }
  if (!response.ok) throw new CommandFailed(await problemOf(response));
  return response;
}

/** The problem that an answer carries, or one made up from its status. Never rejects. */
export async function problemOf(response: Response): Promise<Problem> {
  const said = await response.text().catch(() => "");
  let title = "";
  let detail = "";
  try {
    const body = JSON.parse(said) as Record<string, unknown>;
    if (typeof body["title"] === "string") title = body["title"];
    if (typeof body["detail"] === "string") detail = body["detail"];
  } catch {
    // Not problem+json: a proxy's page, for example, which is of no use to the reader.
  }
  return {
    status: response.status,
    title: title || response.statusText || "The server refused",
    detail: detail || (title ? "" : `It answered with status ${response.status}.`),
  };
}

const UNREACHABLE: Problem = {
  status: 0,
  title: "The server cannot be reached",
  detail: "Check that it is running and that you are connected, then try again.",
};

/** The value that an answer holds. Rejects with `CommandFailed` where it holds none. */
export async function json(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    const detail = "Its answer was no JSON.";
    throw new CommandFailed({ status: response.status, title: "The server's answer broke", detail });
  }
}

function idempotencyKey(): string {
  // randomUUID is only there on HTTPS and localhost; getRandomValues is everywhere.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
