import { expect, test } from "vitest";
import { projectPath, routeOf } from "./route";

test("each address has its page", () => {
  expect(routeOf("/")).toEqual({ page: "home" });
  expect(routeOf("/projects/abc/")).toEqual({ page: "project", projectId: "abc" });
  expect(routeOf("/cluster")).toEqual({ page: "cluster" });
  expect(routeOf("/settings")).toEqual({ page: "settings" });
  expect(routeOf("/cluster/n1")).toEqual({ page: "unknown" });
  expect(routeOf("/replay/abc")).toEqual({ page: "replay", projectId: "abc" });
  expect(routeOf("/replay")).toEqual({ page: "unknown" });
  expect(routeOf("/shared/secret")).toEqual({ page: "shared", replay: false });
  expect(routeOf("/shared/secret/replay")).toEqual({ page: "shared", replay: true });
  expect(routeOf("/shared/secret/else")).toEqual({ page: "unknown" });
  expect(routeOf("/projects")).toEqual({ page: "unknown" });
  expect(routeOf("/projects/a/b")).toEqual({ page: "unknown" });
});

test("an id survives its address, whatever characters it has", () => {
  const projectId = "a/b c%";
  expect(routeOf(projectPath(projectId))).toEqual({ page: "project", projectId });
});

test("a broken escape is an unknown address", () => {
  expect(routeOf("/projects/%E0%A4%A")).toEqual({ page: "unknown" });
});
