import { expect, test } from "vitest";

import { matching, pageOf, type ProjectEntry } from "./project-list";

const entry = (title: string): ProjectEntry => ({ id: title, title, status: "complete", created: 1 });
const titles = (found: ProjectEntry[]) => found.map((one) => one.title);

test("a title is found by all of its words, in any case, order and with or without accents", () => {
  const projects = ["Café Menu API", "A menu of cafés", "Todo API"].map(entry);
  expect(titles(matching(projects, "MENU cafe"))).toEqual(["Café Menu API", "A menu of cafés"]);
  expect(titles(matching(projects, "  "))).toHaveLength(3);
  expect(titles(matching(projects, "<b>"))).toEqual([]);
});

test("titles of any script are found by their own letters", () => {
  const projects = ["مكتبة", "🦊 foxes", "图书馆"].map(entry);
  expect(titles(matching(projects, "مكت"))).toEqual(["مكتبة"]);
  expect(titles(matching(projects, "🦊"))).toEqual(["🦊 foxes"]);
  expect(titles(matching(projects, "书"))).toEqual(["图书馆"]);
});

test("what makes no sense in an answer is left out", () => {
  const { projects, next } = pageOf({ projects: [null, { id: 7 }, { id: "a", title: "", status: 1 }], next: 3 });
  expect(projects).toEqual([{ id: "a", title: "Untitled", status: "", created: null }]);
  expect(next).toBeNull();
  expect(pageOf("what?")).toEqual({ projects: [], next: null });
});
