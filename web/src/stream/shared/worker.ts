/** The shared worker: one for all tabs of a browser, with the one stream. */
import { Hub } from "./hub";
import { serve } from "./tab-port";

// The libraries of workers and of pages exclude each other in TypeScript; this is all we need.
const scope = self as unknown as { onconnect: ((met: MessageEvent) => void) | null };

const hub = new Hub();
const { locks } = navigator;
/** Held until the worker ends, so that its tabs notice when it does. */
const held = locks === undefined ? null : `smartforge-worker-${crypto.randomUUID()}`;
const ready =
  held === null
    ? Promise.resolve()
    : new Promise<void>((resolve) => {
        void locks.request(held, () => {
          resolve();
          return new Promise(() => undefined);
        });
      });

scope.onconnect = ({ ports: [port] }) => {
  if (port) void ready.then(() => serve(hub, port, locks, held));
};
addEventListener("online", () => hub.wake());
