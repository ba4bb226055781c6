/** A tab as the worker sees it: a port, and a Web Lock that is free when the tab is gone. */
import type { Hub, Tab } from "./hub";
import type { Ask, Port, Say, Told } from "./protocol";

/** What is needed of `navigator.locks`. */
export type Locks = Pick<LockManager, "request">;

/** Serve the tab at the other end until it is gone. `held` is the worker's own lock. */
export function serve(hub: Hub, port: Port<Say, Ask>, locks: Locks | undefined, held: string | null): void {
  let waiting: Told[] = [];
  const tab: Tab = {
    tell: (told) => {
      // All that one piece of the stream told goes in one message.
      if (waiting.length === 0) {
        queueMicrotask(() => {
          port.postMessage({ kind: "told", told: waiting });
          waiting = [];
        });
      }
      waiting.push(told);
    },
  };
  const gone = (): void => {
    hub.leave(tab);
    port.onmessage = null;
    port.close();
  };
  port.onmessage = ({ data: ask }) => {
    switch (ask.kind) {
      case "watch":
        return hub.watch(tab, ask.projectId, ask.known);
      case "unwatch":
        return hub.unwatch(tab, ask.projectId);
      case "holds":
        // Granted when the tab has died, for whatever reason.
        void locks?.request(ask.lock, gone).catch(() => undefined);
        return;
      case "wake":
        return hub.wake();
      case "figures":
        return port.postMessage({ kind: "figures", number: ask.number, figures: hub.figures() });
      case "leave":
        return gone();
    }
  };
  hub.join(tab);
  port.postMessage({ kind: "welcome", lock: held });
}
