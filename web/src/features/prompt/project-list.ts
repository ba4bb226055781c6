/** The projects that the home page lists: read page by page, changed where they are shown. */
import { json, projectUrl, send } from "../../stream/commands";

export interface ProjectEntry {
  id: string;
  title: string;
  status: string;
  /** Unix milliseconds. */
  created: number | null;
}

export interface ProjectsPage {
  projects: ProjectEntry[];
  /** What the next page begins behind; null where there is none. */
  next: string | null;
}

/** The most that the server tells at once. */
export const PAGE = 100;
/** No more are searched than these; the page says so. */
export const MOST = 2_000;

/** One page of projects, newest first. Rejects with `CommandFailed`. */
export async function listProjects(limit: number, after: string | null, signal: AbortSignal): Promise<ProjectsPage> {
  const behind = after === null ? "" : `&after=${encodeURIComponent(after)}`;
  return pageOf(await json(await send("GET", `/api/projects?limit=${limit}${behind}`, undefined, signal)));
}

/** All projects up to `MOST`, handed on as they come. Rejects with `CommandFailed`. */
export async function listAll(signal: AbortSignal, heard: (projects: ProjectEntry[]) => void): Promise<void> {
  const all: ProjectEntry[] = [];
  let after: string | null = null;
  do {
    const page: ProjectsPage = await listProjects(PAGE, after, signal);
    all.push(...page.projects);
    heard([...all]);
    after = page.next;
  } while (after !== null && all.length < MOST);
}

export async function renameProject(projectId: string, title: string): Promise<void> {
  await send("PATCH", projectUrl(projectId), { title });
}

export async function deleteProject(projectId: string): Promise<void> {
  await send("DELETE", projectUrl(projectId));
}

/** Bring a project back; the server keeps it for a day. */
export async function undeleteProject(projectId: string): Promise<void> {
  await send("POST", `${projectUrl(projectId)}/undelete`);
}

/** Make a project with the latest version of this one; answers with its entry in the list. */
export async function duplicateProject(projectId: string): Promise<ProjectEntry | null> {
  return entryOf(await json(await send("POST", `${projectUrl(projectId)}/duplicate`)));
}

/** What an answer lists; what makes no sense in it is left out. */
export function pageOf(body: unknown): ProjectsPage {
  const { projects, next } = record(body);
  const list = Array.isArray(projects) ? projects : [];
  return { projects: list.flatMap((one) => entryOf(one) ?? []), next: typeof next === "string" ? next : null };
}

function entryOf(value: unknown): ProjectEntry | null {
  const { id, title, status, createdAt } = record(value);
  if (typeof id !== "string") return null;
  return {
    id,
    title: typeof title === "string" && title ? title : "Untitled",
    status: typeof status === "string" ? status : "",
    created: typeof createdAt === "number" ? createdAt : null,
  };
}

/** Those whose title holds all of the words, whatever their case and accents. */
export function matching(projects: readonly ProjectEntry[], words: string): ProjectEntry[] {
  const wanted = plain(words).split(/\s+/).filter(Boolean);
  return projects.filter(({ title }) => wanted.every((word) => plain(title).includes(word)));
}

function plain(text: string): string {
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
