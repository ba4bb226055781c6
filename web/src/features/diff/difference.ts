/** What two versions differ in, as `GET .../diff` tells, and the words for it. */
import { json, projectUrl, send } from "../../stream/commands";
import { count } from "../../ui/format";
import type { Pair } from "./pairs";

export type FileChange = "added" | "changed" | "removed" | "renamed";

export interface FileDifference {
  path: string;
  change: FileChange;
  /** The path in the older version, of a file that was renamed. */
  was?: string | null;
  /** Lines; null where they were not compared. */
  added: number | null;
  removed: number | null;
  /** A unified diff; null where `omitted` says why there is none. */
  diff: string | null;
  omitted: "binary" | "large" | null;
}

export interface ContractChange {
  part: string;
  sentence: string;
  breaking: boolean;
  reason: string;
}

export type ContractKind = "added" | "changed" | "removed";

export interface Difference {
  from: number;
  to: number;
  files: readonly FileDifference[];
  contract: Record<ContractKind, readonly ContractChange[]>;
}

/** The two sides of one file. */
export interface Sides {
  before: string;
  after: string;
}

/** Rejects with `CommandFailed`. */
export async function fetchDifference(projectId: string, { from, to }: Pair, signal: AbortSignal): Promise<Difference> {
  const url = `${projectUrl(projectId)}/diff?from=${from}&to=${to}`;
  return (await json(await send("GET", url, undefined, signal))) as Difference;
}

/** Both sides of a file that was compared; the one it is not in is empty. Rejects with `CommandFailed`. */
export async function fetchSides(
  projectId: string,
  { from, to }: Pair,
  { path, change, was }: FileDifference,
  signal: AbortSignal,
): Promise<Sides> {
  const text = async (name: string, version: number) =>
    (await send("GET", fileUrl(projectId, name, version), undefined, signal)).text();
  const [before, after] = await Promise.all([
    change === "added" ? "" : text(was ?? path, from),
    change === "removed" ? "" : text(path, to),
  ]);
  return { before, after };
}

/** Where a version's file can be had; a dot is hidden, for browsers would take `..` for a way up. */
export function fileUrl(projectId: string, path: string, version: number): string {
  const name = path.split("/").map((part) => encodeURIComponent(part).replaceAll(".", "%2E"));
  return `${projectUrl(projectId)}/files/${name.join("/")}?version=${version}`;
}

const KINDS: readonly ContractKind[] = ["removed", "changed", "added"];

/** All changes of the contract, those first by which clients may fail. */
export function contractChanges({ contract }: Difference): (ContractChange & { kind: ContractKind })[] {
  const every = KINDS.flatMap((kind) => contract[kind].map((change) => ({ ...change, kind })));
  return every.sort((a, b) => Number(b.breaking) - Number(a.breaking));
}

/** `2 files differ: 14 lines added, 3 removed`; files that were not compared are counted apart. */
export function filesSaid(files: readonly FileDifference[]): string {
  if (files.length === 0) return "No file differs";
  const added = files.reduce((sum, file) => sum + (file.added ?? 0), 0);
  const removed = files.reduce((sum, file) => sum + (file.removed ?? 0), 0);
  const blind = files.filter((file) => file.omitted !== null).length;
  const differ = count(files.length, "file differs", "files differ");
  const said = `${differ}: ${count(added, "line")} added, ${removed.toLocaleString("en")} removed`;
  return blind === 0 ? said : `${said}, ${blind} not compared`;
}

/** Why there are no lines to be seen of a file. */
export function omittedSaid({ omitted }: FileDifference): string {
  if (omitted === "binary") return "It is not text, so there are no lines to compare.";
  return "It is too large to be compared line by line here.";
}

/** A sentence as it stands alone: its first letter large. */
export function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
