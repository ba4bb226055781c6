import { expect, test } from "vitest";
import { rowsOf } from "./tree";

const shown = (...paths: string[]) =>
  rowsOf(paths.map((path) => ({ path }))).map((row) => `${"  ".repeat(row.depth)}${row.name}${row.leaf ? "" : "/"}`);

test("folders come before files, each by name, whatever order they arrived in", () => {
  expect(shown("pyproject.toml", "tests/test_books.py", "app/main.py", "README.md", "app/db.py")).toEqual([
    "app/",
    "  db.py",
    "  main.py",
    "tests/",
    "  test_books.py",
    "README.md",
    "pyproject.toml",
  ]);
});

test("a folder that holds one folder only is joined with it", () => {
  expect(shown("src/app/routers/books.py")).toEqual(["src/app/routers/", "  books.py"]);
});

test("a folder keeps its own row as soon as it holds a file", () => {
  expect(shown("app/routers/books.py", "app/main.py")).toEqual([
    "app/",
    "  routers/",
    "    books.py",
    "  main.py",
  ]);
});

test("no files give no rows", () => {
  expect(shown()).toEqual([]);
});
