/** Which page the address names, and going from one to another without a reload. */
import { useSyncExternalStore } from "react";
import { BASE } from "../base";

export type Route =
  | { page: "home" }
  | { page: "cluster" }
  | { page: "settings" }
  | { page: "project"; projectId: string }
  | { page: "replay"; projectId: string }
  | { page: "shared"; replay: boolean }
  | { page: "unknown" };

/** The route of a path such as `/projects/abc`; a trailing slash does not matter. */
export function routeOf(path: string): Route {
  const parts = path.split("/").filter(Boolean);
  if (parts.length === 0) return { page: "home" };
  const [first, id] = parts;
  if (first === "cluster" && parts.length === 1) return { page: "cluster" };
  if (first === "settings" && parts.length === 1) return { page: "settings" };
  if (first === "shared" && id && (parts.length === 2 || (parts.length === 3 && parts[2] === "replay"))) {
    return { page: "shared", replay: parts.length === 3 };
  }
  const page = { projects: "project", replay: "replay" }[first ?? ""] as "project" | "replay" | undefined;
  if (page && id && parts.length === 2) {
    try {
      return { page, projectId: decodeURIComponent(id) };
    } catch {
      return { page: "unknown" };
    }
  }
  return { page: "unknown" };
}

export function projectPath(projectId: string): string {
  return BASE || `/projects/${encodeURIComponent(projectId)}`;
}

/** Where the project is looked at as it was after its event `seq`; without one, as it began. */
export function replayPath(projectId: string, seq?: number): string {
  const path = BASE ? `${BASE}/replay` : `/replay/${encodeURIComponent(projectId)}`;
  return seq === undefined ? path : `${path}?at=${seq}`;
}

const listeners = new Set<() => void>();

function changed() {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) addEventListener("popstate", changed);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) removeEventListener("popstate", changed);
  };
}

/** Go to a path of this page. */
export function navigate(path: string): void {
  history.pushState(null, "", path);
  scrollTo(0, 0);
  changed();
}

const foreseers = new Set<(path: string) => void>();

/** Tell that somebody is likely to go to this path soon, so that its page can be fetched ahead. */
export function foresee(path: string): void {
  for (const foreseer of foreseers) foreseer(path);
}

/** Be told of such paths, from now on; returns the undo. */
export function whenForeseen(foreseer: (path: string) => void): () => void {
  foreseers.add(foreseer);
  return () => foreseers.delete(foreseer);
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname);
}
