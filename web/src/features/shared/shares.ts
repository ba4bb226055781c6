/** Links to a project, as the server keeps them. */
import { json, projectUrl, send } from "../../stream/commands";

export interface SharedLink {
  id: string;
  createdAt: number;
  expiresAt: number;
  revokedAt: number | null;
}

/** `path` holds the secret: it is told this once. */
export interface NewLink extends SharedLink {
  path: string;
}

/** Each rejects with `CommandFailed`. */
export async function makeLink(projectId: string, seconds: number): Promise<NewLink> {
  return (await json(await send("POST", sharesUrl(projectId), { expiresIn: seconds }))) as NewLink;
}

export async function goodLinks(projectId: string): Promise<SharedLink[]> {
  const { shares } = (await json(await send("GET", sharesUrl(projectId)))) as { shares: SharedLink[] };
  const now = Date.now();
  return shares.filter(({ expiresAt, revokedAt }) => revokedAt === null && expiresAt > now);
}

export async function endLink(projectId: string, id: string): Promise<void> {
  await send("DELETE", `${sharesUrl(projectId)}/${id}`);
}

function sharesUrl(projectId: string): string {
  return `${projectUrl(projectId)}/shares`;
}
