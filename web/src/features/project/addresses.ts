/** Addresses of what can be downloaded. */
import { projectUrl } from "../../stream/commands";

/** The project as a zip archive; without `version` the latest complete one. */
export function exportUrl(projectId: string, version?: number): string {
  const query = version === undefined ? "" : `?version=${version}`;
  return `${projectUrl(projectId)}/export.zip${query}`;
}

/** The root of the API that was made, to be opened in a tab of its own. */
export function previewUrl(projectId: string): string {
  return `/preview/${encodeURIComponent(projectId)}/`;
}
