/** What the home page asks the server for: recent projects, and what can be chosen. */
import { useEffect, useState } from "react";
import { send } from "../../stream/commands";
import { type Limits, limitsOf, NO_LIMITS } from "./left";

export interface ProjectEntry {
  id: string;
  title: string;
  status: string;
  /** Unix milliseconds. */
  created: number | null;
}

/** What a new project can be made with; the first target and the null model are the defaults. */
export interface Choices {
  targets: readonly string[];
  /** The server's model, null where it has none and plans offline. */
  model: string | null;
  limits: Limits;
}

/** The newest projects; null until known. `failed` when the server did not answer. */
export function useRecentProjects(limit: number): { projects: ProjectEntry[] | null; failed: boolean } {
  const [projects, setProjects] = useState<ProjectEntry[] | null>(null);
  const [failed, setFailed] = useState(false);
  useEffect(() => {
    let wanted = true;
    send("GET", `/api/projects?limit=${limit}`)
      .then((response) => response.json())
      .then((body: unknown) => wanted && setProjects(entriesOf(body)))
      .catch(() => wanted && setFailed(true));
    return () => {
      wanted = false;
    };
  }, [limit]);
  return { projects, failed };
}

/** What the server says can be chosen; the least it can do until it has answered. */
export function useChoices(): Choices {
  const [choices, setChoices] = useState<Choices>({ targets: ["fastapi"], model: null, limits: NO_LIMITS });
  useEffect(() => {
    let wanted = true;
    send("GET", "/api/settings")
      .then((response) => response.json())
      .then((body: unknown) => wanted && setChoices(choicesOf(body)))
      .catch(() => undefined); // The defaults hold; sending a prompt will tell what is wrong.
    return () => {
      wanted = false;
    };
  }, []);
  return choices;
}

function entriesOf(body: unknown): ProjectEntry[] {
  const list = Array.isArray(body) ? body : record(body)["projects"];
  if (!Array.isArray(list)) return [];
  return list.map(record).flatMap((entry) => {
    const { id, title, status } = entry;
    if (typeof id !== "string") return [];
    const created = entry["createdAt"] ?? entry["created"];
    return [
      {
        id,
        title: typeof title === "string" && title ? title : "Untitled",
        status: typeof status === "string" ? status : "",
        created: typeof created === "number" ? created : null,
      },
    ];
  });
}

function choicesOf(body: unknown): Choices {
  const { targets, model } = record(body);
  const named = Array.isArray(targets) ? targets.filter((one) => typeof one === "string") : [];
  return {
    targets: named.length > 0 ? named : ["fastapi"],
    model: typeof model === "string" && model !== "offline" ? model : null,
    limits: limitsOf(record(body)),
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
