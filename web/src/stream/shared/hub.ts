/**
 * The one reader of a browser, and the tabs that it reads for. No worker is needed to run it.
 *
 * It folds each project that a tab watches, so a tab that comes later has its state at once. What
 * holds for each tab and project is what a reader promises: a snapshot first, unless the tab knew
 * one, then every event after it, in order, never twice.
 */
import type { ReaderFigures } from "../page-reader";
import { StreamReader } from "../reader";
import { reduce } from "../reduce";
import type { ReaderListener } from "../listener";
import type { Connection, ForgeEvent, Passing, Problem, Snapshot } from "../types";
import type { Told } from "./protocol";

export interface Tab {
  tell(told: Told): void;
}

interface Project {
  /** Null until it was read. */
  state: Snapshot | null;
  /** The last seq that each tab has; null where it has nothing. */
  tabs: Map<Tab, number | null>;
  /** Told last; a tab that comes later has to be told, too. */
  presence: Passing | null;
}

export class Hub {
  readonly #reader: StreamReader;
  readonly #projects = new Map<string, Project>();
  readonly #tabs = new Set<Tab>();
  #connection: Connection = "connecting";
  #problem: Problem | null = null;

  constructor(reader: (listener: ReaderListener) => StreamReader = (told) => new StreamReader(told)) {
    this.#reader = reader({
      event: (event) => this.#event(event),
      snapshot: (snapshot) => this.#snapshot(snapshot),
      gone: (projectId) => this.#gone(projectId),
      passing: (frame) => this.#passing(frame),
      connection: (connection, problem) => this.#linked(connection, problem),
    });
  }

  join(tab: Tab): void {
    this.#tabs.add(tab);
    const closed = this.#connection === "closed" && this.#problem === null;
    if (!closed) tab.tell({ connection: this.#connection, problem: this.#problem });
  }

  /** The tab is gone, or goes. Calling it again is harmless. */
  leave(tab: Tab): void {
    this.#tabs.delete(tab);
    for (const projectId of [...this.#projects.keys()]) this.unwatch(tab, projectId);
  }

  watch(tab: Tab, projectId: string, known: Snapshot | null): void {
    if (!this.#tabs.has(tab)) return;
    const project = this.#projects.get(projectId);
    if (project === undefined) {
      this.#projects.set(projectId, { state: known, tabs: new Map([[tab, known?.seq ?? null]]), presence: null });
      this.#reader.watch(projectId, known?.seq);
      return;
    }
    project.tabs.set(tab, known?.seq ?? null);
    if (project.state !== null) catchUp(project.state, project.tabs);
    if (project.presence !== null) tab.tell({ passing: project.presence });
    if (this.#connection === "closed") this.#reader.wake();
  }

  unwatch(tab: Tab, projectId: string): void {
    const project = this.#projects.get(projectId);
    if (project === undefined || !project.tabs.delete(tab) || project.tabs.size > 0) return;
    this.#projects.delete(projectId);
    this.#reader.unwatch(projectId);
  }

  wake(): void {
    this.#reader.wake();
  }

  figures(): ReaderFigures {
    const projects = this.#projects.size;
    return { ...this.#reader.figures(), place: "worker", tabs: this.#tabs.size, projects };
  }

  #event(event: ForgeEvent): void {
    const project = this.#projects.get(event.projectId);
    if (project === undefined || project.state === null) return;
    project.state = reduce(project.state, event);
    for (const [tab, seq] of project.tabs) {
      // A tab may know more than was read so far: what the answer to its own request told it.
      if (seq === null || event.seq <= seq) continue;
      project.tabs.set(tab, event.seq);
      tab.tell({ event });
    }
  }

  #snapshot(snapshot: Snapshot): void {
    const project = this.#projects.get(snapshot.id);
    if (project === undefined) return;
    // The reader goes back only where the server said that its log is another one.
    const back = project.state !== null && snapshot.seq < project.state.seq;
    project.state = snapshot;
    if (back) for (const tab of project.tabs.keys()) project.tabs.set(tab, null);
    catchUp(snapshot, project.tabs);
  }

  #gone(projectId: string): void {
    const project = this.#projects.get(projectId);
    this.#projects.delete(projectId);
    for (const tab of project?.tabs.keys() ?? []) tab.tell({ gone: projectId });
  }

  #passing(passing: Passing): void {
    const project = this.#projects.get(passing.projectId);
    if (project === undefined) return;
    if (passing.type === "presence") project.presence = passing;
    for (const tab of project.tabs.keys()) tab.tell({ passing });
  }

  #linked(connection: Connection, problem: Problem | null): void {
    this.#connection = connection;
    this.#problem = problem;
    for (const tab of this.#tabs) tab.tell({ connection, problem });
  }
}

/** Give the state to those who have less. */
function catchUp(state: Snapshot, tabs: Map<Tab, number | null>): void {
  for (const [tab, seq] of tabs) {
    if (seq !== null && seq >= state.seq) continue;
    tabs.set(tab, state.seq);
    tab.tell({ snapshot: state });
  }
}
