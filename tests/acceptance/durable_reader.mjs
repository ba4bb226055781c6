// Reads a stream with the protocol's own client, and prints each batch as one line of JSON. Ends
// with the first `complete` or after LIMIT events; with LIVE false, where nothing more is there.
//
//     node --input-type=module - URL TOKEN OFFSET LIVE LIMIT < durable_reader.mjs
//
// It comes by standard input so that imports are looked up in the folder that node runs in.

import { stream } from "@durable-streams/client";

const [url, token, offset, live, limit] = process.argv.slice(2);

const response = await stream({
  url,
  offset,
  live: live === "false" ? true : live,
  headers: { Authorization: `Bearer ${token}` },
  backoffOptions: { maxRetries: 0 },
});

function print({ items, offset, upToDate }) {
  process.stdout.write(JSON.stringify({ items, offset, upToDate }) + "\n");
}

if (live === "false") {
  // `json()` reads up to the tail; `live: false` would be one answer and no more.
  const items = await response.json();
  print({ items, offset: response.offset, upToDate: response.upToDate });
} else {
  let seen = 0;
  response.subscribeJson((batch) => {
    print(batch);
    seen += batch.items.length;
    const completes = batch.items.some((item) => item.type === "complete");
    if (completes || seen >= Number(limit)) response.cancel();
  });
  await response.closed;
  // Cancelled between two reads the client connects once more, and nothing ends that connection.
  process.exit();
}
