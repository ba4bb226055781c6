/**
 * Two texts and what they differ in, side by side or in one view; read-only.
 *
 * This module is loaded on demand: it carries what compares, and shares the editor of the code.
 */
import { MergeView, unifiedMergeView } from "@codemirror/merge";
import { EditorState, type Extension } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { language } from "../files/code-editor";
import { codeStyle } from "../files/code-style";
import type { Sides } from "./difference";

export interface Compared extends Sides {
  path: string;
  /** What each side is called, for screen readers. */
  names: Sides;
  layout: "split" | "inline";
  /** Lines that did not change are shown too. */
  whole: boolean;
}

/** A file may differ in all its lines: past this it is compared roughly, so that nothing waits. */
const EFFORT = { scanLimit: 1_000, timeout: 150 };
const AROUND = { margin: 3, minSize: 4 };

/** Puts the view into `parent`; the answer takes it away again. */
export function showDifference(parent: HTMLElement, compared: Compared): () => void {
  const { before, after, names, layout, whole } = compared;
  const shared = { gutter: true, diffConfig: EFFORT, ...(whole ? {} : { collapseUnchanged: AROUND }) };
  if (layout === "split") {
    const view = new MergeView({
      parent,
      a: { doc: before, extensions: common(compared, names.before) },
      b: { doc: after, extensions: common(compared, names.after) },
      ...shared,
    });
    return () => view.destroy();
  }
  const view = new EditorView({
    parent,
    doc: after,
    extensions: [
      common(compared, `${names.before} and ${names.after}`),
      unifiedMergeView({ original: before, mergeControls: false, ...shared }),
    ],
  });
  return () => view.destroy();
}

function common({ path }: Compared, name: string): Extension {
  return [
    EditorState.readOnly.of(true),
    EditorView.editable.of(false),
    EditorState.lineSeparator.of("\n"),
    EditorState.phrases.of({ "$ unchanged lines": "Show $ unchanged lines" }),
    EditorView.contentAttributes.of({ tabindex: "0", "aria-label": name, "aria-readonly": "true" }),
    EditorView.lineWrapping,
    lineNumbers(),
    language(path),
    codeStyle,
    marks,
  ];
}

const sign = (character: string, colour: string) => ({
  backgroundColor: "transparent",
  "&::before": { content: `"${character}"`, color: colour, fontWeight: "700" },
});
const wash = (colour: string) => ({ background: colour, textDecoration: "none" });

// What was added and removed is told by signs too, never by colour alone.
const marks = EditorView.theme({
  ".cm-changeGutter": { width: "16px", padding: "0", textAlign: "center" },
  ".cm-changeGutter .cm-gutterElement": { textAlign: "center" },
  "&.cm-merge-a .cm-changedLineGutter": sign("−", "var(--bad)"),
  "&.cm-merge-b .cm-changedLineGutter": sign("+", "var(--good)"),
  ".cm-deletedLineGutter": sign("−", "var(--bad)"),
  "&.cm-merge-a .cm-changedLine, .cm-deletedChunk": { backgroundColor: "var(--bad-soft)" },
  "&.cm-merge-b .cm-changedLine": { backgroundColor: "var(--good-soft)" },
  "&.cm-merge-a .cm-changedText": wash("var(--removed-text)"),
  ".cm-deletedChunk .cm-deletedText": wash("var(--removed-text)"),
  "&.cm-merge-b .cm-changedText": wash("var(--added-text)"),
  ".cm-deletedChunk": { padding: "0 20px 0 12px" },
  ".cm-deletedChunk .cm-deletedLine": { whiteSpace: "pre-wrap", overflowWrap: "anywhere" },
  ".cm-collapsedLines": {
    padding: "4px 12px",
    color: "var(--muted)",
    background: "var(--sunken)",
    fontFamily: "var(--sans)",
    fontSize: "12.5px",
    "&:hover": { color: "var(--text)" },
    "&::before, &::after": { display: "none" },
  },
});
