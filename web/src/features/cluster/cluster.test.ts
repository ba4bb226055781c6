/** The cluster in words. */
import { expect, test } from "vitest";
import { limitsSaid, loadOf, nameOf, stateOf, summaryOf } from "./cluster";
import { cluster, node, on, waiting } from "./testing";

test("a node is live until it drains, and silent when it has not been heard of for 2 s", () => {
  const states = [
    stateOf(node({ seen: 8_000 }), 10_000),
    stateOf(node({ seen: 8_000, draining: true }), 10_000),
    stateOf(node({ seen: 7_999 }), 10_000),
    stateOf(node({ seen: 7_999, draining: true }), 10_000),
  ];
  expect(states).toEqual(["live", "draining", "silent", "silent"]);
});

test("the summary counts", () => {
  expect(summaryOf(cluster())).toBe("1 node, 0 runs on, 0 waiting");
  const busy = cluster({ nodes: [node(), node()], on: [on()], waiting: Array(1200).fill(waiting()) });
  expect(summaryOf(busy)).toBe("2 nodes, 1 run on, 1,200 waiting");
});

test("limits are said in a sentence", () => {
  expect(limitsSaid({ node: 4, user: 2, all: 6 })).toBe(
    "At once there are at most 4 runs on each node, 2 of each user, and 6 in all.",
  );
});

test("a node that is gone keeps its id as its name", () => {
  const nodes = [node({ id: "n1", name: "host:42" })];
  expect([nameOf(nodes, "n1"), nameOf(nodes, "n2")]).toEqual(["host:42", "n2"]);
});

test("load never leaves its bounds", () => {
  const loads = [
    { running: 0, slots: 4 },
    { running: 1, slots: 4 },
    { running: 5, slots: 4 },
    { running: 0, slots: 0 },
  ].map((some) => loadOf(node(some)));
  expect(loads).toEqual([0, 0.25, 1, 0]);
});
