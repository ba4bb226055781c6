/** What a file's state is called on the page. */
import type { FileState } from "../../events.gen";

export const STATES: Record<FileState["state"], string> = {
  planned: "Planned",
  writing: "Writing",
  complete: "Complete",
  partial: "Did not finish",
};
