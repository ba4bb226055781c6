// A Node server of the original's design: an array of callbacks per project in memory, one
// res.write per event and viewer, no framework.
import { createServer } from "node:http";
import { createInterface } from "node:readline";

const PROJECT = "5dcfkX5hdLF8K1IAaI5zMi";
const subscribers = new Map([[PROJECT, []]]);
let last = 0;

function emit(due) {
  last += 1;
  const event = {
    type: "code:chunk",
    projectId: PROJECT,
    seq: last,
    run: "g0MjUfYkI7nF",
    ts: Date.now(),
    path: "main.py",
    attempt: 1,
    at: 0,
    text: String(due),
  };
  const frame = `id: ${last}\ndata: ${JSON.stringify(event)}\n\n`;
  for (const callback of subscribers.get(PROJECT)) callback(frame);
}

const server = createServer((request, response) => {
  response.writeHead(200, {
    "Content-Type": "text/event-stream",
    "Cache-Control": "no-cache",
    Connection: "keep-alive",
  });
  response.write(": connected\n\n");
  const callback = (frame) => response.write(frame);
  subscribers.get(PROJECT).push(callback);
  request.on("close", () => {
    const callbacks = subscribers.get(PROJECT);
    callbacks.splice(callbacks.indexOf(callback), 1);
  });
});

const now = () => process.hrtime.bigint();
const say = (answer) => console.log(JSON.stringify(answer));
const sleep = (milliseconds) =>
  milliseconds > 0
    ? new Promise((done) => setTimeout(done, milliseconds))
    : new Promise((done) => setImmediate(done));

// As the Python servers do it: an event that is late carries the moment at which it was due.
async function publish({ events, rate }) {
  const start = now();
  for (let number = 0; number < events; number += 1) {
    const due = rate ? start + BigInt(Math.round((number * 1e9) / rate)) : start;
    if (rate) await sleep(Number(due - now()) / 1e6);
    const moment = now();
    emit(due < moment ? due : moment);
  }
  say({ cursors: { [PROJECT]: last } });
}

server.listen({ port: 0, host: "127.0.0.1", backlog: 2048 }, () => {
  say({ port: server.address().port, cursors: { [PROJECT]: 0 } });
});
createInterface({ input: process.stdin })
  .on("line", (line) => publish(JSON.parse(line)))
  .on("close", () => process.exit(0));
