/** Clusters for tests. */
import type { Cluster, Node, RunOn, RunWaiting } from "./cluster";

export function cluster(some: Partial<Cluster> = {}): Cluster {
  const limits = { node: 4, user: 4, all: 100 };
  return { here: "n1", now: 10_000, limits, nodes: [node()], on: [], waiting: [], ...some };
}

export function node(some: Partial<Node> = {}): Node {
  const times = { started: 0, seen: 10_000 };
  const about = { id: "n1", name: "host:42", role: "serve", version: "0.1.0" };
  return { ...about, ...times, slots: 4, draining: false, running: 0, ...some };
}

export function on(some: Partial<RunOn> = {}): RunOn {
  return { projectId: "p", run: "r1", user: "local", queued: 0, taken: 9_000, node: "n1", ...some };
}

export function waiting(some: Partial<RunWaiting> = {}): RunWaiting {
  return { projectId: "q", run: "r2", user: "local", queued: 8_000, position: 1, ...some };
}
