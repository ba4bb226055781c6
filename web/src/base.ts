/** Below which address this page was opened: by a link (`/shared/SECRET`), or as it is (empty). */

const { location: opened } = globalThis as { location?: Location };

/** Stands before the path of every request, and of every address of this page. */
export const BASE = /^\/shared\/[^/]+/.exec(opened?.pathname ?? "")?.[0] ?? "";
