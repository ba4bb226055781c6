/** Requests that are filled in, their addresses, and curl lines that a shell takes as they are. */
import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";
import { grouped, type OpenApi, operationsIn, type Operation, searched } from "./document";
import { addressOf, curlOf, draftOf, faultIn, headersOf, missingIn } from "./request";
import { rowsIn } from "./rows-seen";
import { shownAs } from "./answer";

const bookCreate = {
  type: "object",
  properties: {
    title: { type: "string", minLength: 8, maxLength: 9 },
    starts: { type: "string", format: "date" },
    ends: { type: "string", format: "date" },
    author_id: { type: "integer", minimum: 1, "x-references": "authors" },
    pages: { type: "integer", minimum: 100, maximum: 200 },
    status: { type: "string", enum: ["draft", "published"], default: "published" },
    subtitle: { anyOf: [{ type: "string" }, { type: "null" }] },
  },
  required: ["title", "ends", "starts", "author_id", "pages", "status"],
};
const rules = [{ type: "ordered", earlier: "starts", later: "ends" }];
const answered = (name: string) => ({ content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } } });
const document: OpenApi = {
  paths: {
    "/health": { get: { summary: "Say that the API is up", responses: {} } },
    "/books": {
      get: {
        tags: ["books"],
        summary: "List books",
        parameters: [{ name: "q", in: "query", schema: { type: "string" } }],
        responses: {},
      },
      post: {
        tags: ["books"],
        summary: "Create book",
        "x-access": { who: "role", roles: ["admin"] },
        parameters: [{ name: "Idempotency-Key", in: "header", schema: { type: "string" } }],
        requestBody: answered("BookCreate"),
        responses: { "201": answered("Book") },
      },
    },
    "/books/{book_id}": {
      get: {
        tags: ["books"],
        parameters: [{ name: "book_id", in: "path", required: true, schema: { type: "integer" } }],
        responses: {},
      },
    },
    "/photos": {
      post: {
        tags: ["photos"],
        requestBody: {
          content: {
            "multipart/form-data": {
              schema: {
                type: "object",
                properties: { file: { type: "string", contentMediaType: "image/png" }, title: { type: "string" } },
                required: ["file", "title"],
              },
            },
          },
        },
        responses: {},
      },
    },
  },
  components: { schemas: { BookCreate: bookCreate, Book: { type: "object", "x-rules": rules } } },
};
const operations = operationsIn(document);
const none = (): undefined => undefined;

function at(key: string): Operation {
  const found = operations.find((one) => one.key === key);
  if (!found) throw new Error(`There is no ${key}.`);
  return found;
}

/** What a shell hands to a program for this line. */
function words(line: string): string[] {
  const told = execFileSync("sh", ["-c", `set -- ${line}; for each; do printf '%s\\0' "$each"; done`]);
  return told.toString().split("\0").slice(0, -1);
}

test("operations are grouped by resource, the API's own last, and found by their words", () => {
  expect(grouped(operations).map(({ name }) => name)).toEqual(["books", "photos", "the API itself"]);
  expect(searched(operations, "BOOKS post").map(({ key }) => key)).toEqual(["POST /books"]);
  expect(at("POST /books").who).toEqual({ locked: true, words: "admin" });
});

test("a body holds what must be sent, within its bounds and rules", () => {
  const body = JSON.parse(draftOf(document, at("POST /books"), none).body) as Record<string, string | number>;
  expect(Object.keys(body).sort()).toEqual([...bookCreate.required].sort());
  expect(String(body["title"]).length).toBe(8);
  expect(body["pages"]).toBe(100);
  expect(body["status"]).toBe("published");
  expect(body["author_id"]).toBe(1);
  expect(Date.parse(String(body["ends"]))).toBeGreaterThan(Date.parse(String(body["starts"])));
});

test("rows that were seen are named by what comes next", () => {
  const json = { kind: "text" as const, text: '{"id": 7}', json: true };
  const answer = { status: 201, reason: "", from: "real" as const, headers: [], body: json, size: 9, cut: false, ms: 1, retryMs: null, redirects: false };
  expect(rowsIn(at("POST /books"), answer)).toEqual([["books", 7]]);
  const known = (collection: string): number | undefined => (collection === "books" ? 7 : collection === "authors" ? 5 : undefined);
  const draft = draftOf(document, at("GET /books/{book_id}"), known);
  expect(addressOf("http://h/p/", at("GET /books/{book_id}"), draft)).toBe("http://h/p/books/7");
  expect(draftOf(document, at("POST /books"), known).body).toContain('"author_id": 5');
});

test("an address holds what was typed, and nothing else can come of it", () => {
  const operation = at("GET /books/{book_id}");
  const draft = draftOf(document, operation, none);
  const typed = (value: string) => ({ ...draft, parameters: { "path book_id": value } });
  expect(addressOf("/", operation, typed("a/b?c#d"))).toBe("/books/a%2Fb%3Fc%23d");
  expect(missingIn(operation, typed(""))).toContain("book_id");
  expect(missingIn(operation, typed(".."))).not.toBeNull();
  expect(missingIn(operation, typed("1"))).toBeNull();
  const list = at("GET /books");
  const query = { ...draftOf(document, list, none), parameters: { "query q": "a&b=ü" } };
  expect(addressOf("/", list, query)).toBe("/books?q=a%26b%3D%C3%BC");
  expect(addressOf("/", list, draftOf(document, list, none))).toBe("/books");
});

test("a curl line gives a shell the same request, and holds no token of the server", () => {
  const operation = at("POST /books");
  const body = `{"title": "it's $HOME \`id\` \\"x\\""}`;
  const draft = { ...draftOf(document, operation, none), body, parameters: { "header Idempotency-Key": "k'1" } };
  const line = curlOf("http://h/preview/p/books", operation, draft, { token: "theirs", guarded: true });
  const given = words(line);
  expect(given.slice(0, 3)).toEqual(["curl", "-sS", "-i"]);
  expect(given).toContain("http://h/preview/p/books");
  expect(given).toContain("Idempotency-Key: k'1");
  expect(given).toContain("Authorization: Bearer theirs");
  expect(given.at(-1)).toBe(body);
  expect(given.find((word) => word.startsWith("X-Smart-Forge-Token"))).toContain("THE TOKEN OF YOUR");
  expect(curlOf("u", operation, draft, { token: null, guarded: false })).not.toMatch(/Token|Authorization/);
});

test("an upload is sent as a form, also by curl", () => {
  const operation = at("POST /photos");
  const file = new File(["x"], `a "b'.png`, { type: "image/png" });
  const draft = { ...draftOf(document, operation, none), files: { file }, fields: { title: "@me" } };
  expect(headersOf(operation, draft, null)).toEqual({});
  const given = words(curlOf("u", operation, draft, { token: null, guarded: false }));
  expect(given.slice(-4)).toEqual(["-F", `file=@"a \\"b'.png";type=image/png`, "--form-string", "title=@me"]);
});

test("what is no JSON is said before it is sent", () => {
  expect(faultIn('{"a": 1}')).toBeNull();
  expect(faultIn("{a}")).not.toBeNull();
});

test("bodies are shown as text where they are text, else by their size", () => {
  const encoded = (text: string): Uint8Array => new TextEncoder().encode(text);
  expect(shownAs(encoded('{"a":1}'), "application/problem+json", false)).toEqual({
    kind: "text",
    text: '{\n  "a": 1\n}',
    json: true,
  });
  const long = '{"n": 12345678901234567890}';
  expect(shownAs(encoded(long), "application/json", false)).toEqual({ kind: "text", text: long, json: false });
  expect(shownAs(encoded("<b>"), "text/html", false)).toEqual({ kind: "text", text: "<b>", json: false });
  expect(shownAs(new Uint8Array([255, 0]), "text/plain", false)).toEqual({ kind: "binary", type: "text/plain" });
  expect(shownAs(encoded("x"), "image/png", false).kind).toBe("binary");
  expect(shownAs(encoded("aü").subarray(0, 2), "text/plain", true)).toMatchObject({ text: "a" });
  expect(shownAs(new Uint8Array(), "text/plain", false)).toEqual({ kind: "none" });
});
