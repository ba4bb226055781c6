/** The files of a project, each as it is after one fact; the others keep their identity. */
import type {
  CodeChunk,
  FileComplete,
  FileGenerating,
  FileState,
  PlanReady,
} from "../events.gen";
import { codePoints, utf8Length } from "./text";

/** What a run is going to write becomes planned; all other files stay as they are. */
export function planned(files: FileState[], fact: PlanReady): FileState[] {
  return fact.files.reduce((now, { path, author, purpose, kept }) => {
    if (kept && find(now, path)) return now;
    return put(now, { ...blank(path, fact.run), author, purpose });
  }, files);
}

/** Drop whatever the file held, and begin it. */
export function begun(files: FileState[], fact: FileGenerating): FileState[] {
  const { path, run, author, attempt } = fact;
  const purpose = find(files, path)?.purpose ?? null;
  return put(files, {
    ...blank(path, run),
    state: "writing",
    author,
    attempt,
    purpose,
    text: "",
  });
}

/** Append the chunk where it fits: to its own attempt, exactly at the text's end. */
export function grown(files: FileState[], fact: CodeChunk): FileState[] {
  const known = find(files, fact.path);
  if (known?.state !== "writing" || known.attempt !== fact.attempt) return files;
  const length = lengthOf(known);
  if (fact.at !== length) return files;
  const text = (known.text ?? "") + fact.text;
  const file = { ...known, text, size: known.size + utf8Length(fact.text) };
  lengths.set(file, length + codePoints(fact.text));
  return put(files, file);
}

/** The file is its hash now, unless another attempt than this one is being written. */
export function finished(files: FileState[], fact: FileComplete): FileState[] {
  const { path, run, attempt, size, sha256 } = fact;
  const known = find(files, path);
  if (known?.state === "writing" && known.attempt !== attempt) return files;
  return put(files, {
    ...blank(path, run),
    state: "complete",
    author: known?.author ?? null,
    attempt,
    size,
    sha256,
    binary: fact.binary ?? false,
    purpose: known?.purpose ?? null,
  });
}

export function deleted(files: FileState[], path: string): FileState[] {
  return files.some((file) => file.path === path)
    ? files.filter((file) => file.path !== path)
    : files;
}

/** What is being written stays as far as it is. */
export function stopped(files: FileState[]): FileState[] {
  if (!files.some((file) => file.state === "writing")) return files;
  return files.map((file) => (file.state === "writing" ? { ...file, state: "partial" } : file));
}

/** The share of the run's files that are whole, as so many of `of`, rounded down. */
export function done(files: FileState[], of: number, run: string | null): number {
  const mine = files.filter((file) => file.run === run);
  const whole = mine.filter((file) => file.state === "complete");
  return mine.length > 0 ? Math.floor((of * whole.length) / mine.length) : 0;
}

/** Code points of a file's text, counted once and then kept while it grows. */
const lengths = new WeakMap<FileState, number>();

function lengthOf(file: FileState): number {
  return lengths.get(file) ?? codePoints(file.text ?? "");
}

function blank(path: string, run: string | null): FileState {
  return {
    path,
    state: "planned",
    author: null,
    attempt: 0,
    size: 0,
    sha256: null,
    binary: false,
    purpose: null,
    run,
  };
}

function find(files: FileState[], path: string): FileState | undefined {
  return files.find((file) => file.path === path);
}

/** The file in the place of the one with its path, or behind all others. */
function put(files: FileState[], file: FileState): FileState[] {
  const at = files.findIndex((one) => one.path === file.path);
  return at < 0 ? [...files, file] : files.with(at, file);
}
