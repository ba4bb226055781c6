/** The events of a log from before this page followed it, fetched when somebody asks for them. */
import { json, projectUrl, send } from "../../stream/commands";
import type { Arrival } from "../../stream/recorder";
import type { ForgeEvent } from "../../stream/types";

export const PAGE = 5_000;
/** No more than these are fetched of one project; the newest. */
export const MOST = 50_000;

/** Up to which seq each project's events have to be fetched, where any are missing. */
export function missing(arrivals: readonly Arrival[]): Map<string, number> {
  const until = new Map<string, number>();
  for (const { projectId, seq, type } of arrivals) {
    if (projectId === null || seq === null || until.has(projectId)) continue;
    // What a snapshot holds was not told as events.
    until.set(projectId, type === "snapshot" ? seq : seq - 1);
  }
  for (const [projectId, seq] of until) if (seq === 0) until.delete(projectId);
  return until;
}

/**
 * A project's events up to a seq, as if each had arrived when it was made. Their lag is not
 * known. Rejects with `CommandFailed`.
 */
export async function earlier(projectId: string, until: number): Promise<Arrival[]> {
  const found: Arrival[] = [];
  let after = Math.max(0, until - MOST);
  while (after < until) {
    const limit = Math.min(PAGE, until - after);
    const url = `${projectUrl(projectId)}/events?after=${after}&limit=${limit}`;
    const { events } = (await json(await send("GET", url))) as { events: ForgeEvent[] };
    const last = events.at(-1);
    if (last === undefined) break;
    found.push(...events.map((event) => arrivalOf(event, until)));
    after = last.seq;
  }
  return found;
}

/** What is fetched is numbered from 0 down, so that it stands before all that arrived. */
function arrivalOf(event: ForgeEvent, until: number): Arrival {
  const { type, projectId, seq, ts } = event;
  return { number: seq - until, at: ts, type, projectId, seq, ts: null, data: event };
}
