/** The file tree: folders and files of a list of paths, in the order in which they are shown. */

export interface Branch<Leaf> {
  /** The last part of the path. */
  name: string;
  path: string;
  depth: number;
  /** Absent for a folder. */
  leaf?: Leaf;
}

/**
 * One row per folder and file, folders before files, each by name; a folder's rows follow it.
 * Folders that hold nothing but one folder are joined with it: `app/routers`.
 */
export function rowsOf<Leaf extends { path: string }>(leaves: readonly Leaf[]): Branch<Leaf>[] {
  const top: Folder<Leaf> = { folders: new Map(), leaves: [] };
  for (const leaf of leaves) {
    let folder = top;
    for (const part of leaf.path.split("/").slice(0, -1)) {
      let inner = folder.folders.get(part);
      if (!inner) {
        inner = { folders: new Map(), leaves: [] };
        folder.folders.set(part, inner);
      }
      folder = inner;
    }
    folder.leaves.push(leaf);
  }
  const rows: Branch<Leaf>[] = [];
  flatten(top, "", 0, rows);
  return rows;
}

interface Folder<Leaf> {
  folders: Map<string, Folder<Leaf>>;
  leaves: Leaf[];
}

function flatten<Leaf extends { path: string }>(
  folder: Folder<Leaf>,
  prefix: string,
  depth: number,
  rows: Branch<Leaf>[],
): void {
  const names = [...folder.folders.keys()].sort(byName);
  for (const first of names) {
    let name = first;
    let inner = folder.folders.get(first);
    while (inner && inner.leaves.length === 0 && inner.folders.size === 1) {
      const [only] = inner.folders.keys();
      if (only === undefined) break;
      name = `${name}/${only}`;
      inner = inner.folders.get(only);
    }
    if (!inner) continue;
    const path = `${prefix}${name}`;
    rows.push({ name, path, depth });
    flatten(inner, `${path}/`, depth + 1, rows);
  }
  for (const leaf of [...folder.leaves].sort((a, b) => byName(a.path, b.path))) {
    rows.push({ name: leaf.path.slice(prefix.length), path: leaf.path, depth, leaf });
  }
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
