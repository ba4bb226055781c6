/** The events of a project, fetched page by page, and those that come while it is looked at. */
import { json, projectUrl, send } from "../../stream/commands";
import type { EventsPage } from "../../stream/wire";

export const PAGE = 5_000;
/** No more than these are replayed; the first ones. */
export const MOST = 200_000;
/** How long a request waits at the server for what a run that is on tells next. */
const WAIT_S = 20;

/** One page of the events after a seq; `wait` asks for those to come. Rejects with `CommandFailed`. */
export async function pageAfter(
  projectId: string,
  after: number,
  wait: boolean,
  signal: AbortSignal,
): Promise<EventsPage> {
  const query = `after=${after}&limit=${PAGE}${wait ? `&wait=${WAIT_S}` : ""}`;
  return (await json(await send("GET", `${projectUrl(projectId)}/events?${query}`, undefined, signal))) as EventsPage;
}
