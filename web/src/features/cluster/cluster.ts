/** The cluster as `GET /api/cluster` tells it, and the words for it. Times are Unix milliseconds. */
import { count } from "../../ui/format";

export interface Limits {
  node: number;
  user: number;
  all: number;
}

export interface Node {
  id: string;
  name: string;
  role: string;
  version: string;
  started: number;
  seen: number;
  slots: number;
  draining: boolean;
  running: number;
}

interface Asked {
  projectId: string;
  run: string;
  user: string;
  queued: number;
}

export interface RunOn extends Asked {
  taken: number;
  node: string;
}

export interface RunWaiting extends Asked {
  position: number;
}

export interface Cluster {
  /** The node that has answered. */
  here: string;
  /** By the clock that all the other times come from. */
  now: number;
  limits: Limits;
  nodes: readonly Node[];
  on: readonly RunOn[];
  waiting: readonly RunWaiting[];
}

/** A node says several times a second that it is there. */
const SILENT_MS = 2_000;

export type NodeState = "live" | "draining" | "silent";

/** One that has not been heard of for 2 s is silent, whatever it last said. */
export function stateOf(node: Node, now: number): NodeState {
  if (now - node.seen > SILENT_MS) return "silent";
  return node.draining ? "draining" : "live";
}

/** `3 nodes, 5 runs on, 12 waiting`. */
export function summaryOf({ nodes, on, waiting }: Cluster): string {
  return `${count(nodes.length, "node")}, ${count(on.length, "run")} on, ${waiting.length.toLocaleString("en")} waiting`;
}

export function limitsSaid({ node, user, all }: Limits): string {
  return `At once there are at most ${count(node, "run")} on each node, ${user} of each user, and ${all} in all.`;
}

/** The node's name; its id where it is gone. */
export function nameOf(nodes: readonly Node[], id: string): string {
  return nodes.find((node) => node.id === id)?.name ?? id;
}

/** How full the node is, from 0 to 1. */
export function loadOf({ running, slots }: Node): number {
  return slots > 0 ? Math.min(1, running / slots) : 0;
}
