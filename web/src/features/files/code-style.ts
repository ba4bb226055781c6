/** How code looks: colours come from the page's CSS variables, so both schemes are served. */
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { EditorView } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.controlKeyword, tags.operatorKeyword, tags.self], color: "var(--code-keyword)" },
  { tag: [tags.string, tags.special(tags.string), tags.character, tags.docString], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--code-number)" },
  { tag: [tags.comment, tags.lineComment, tags.blockComment], color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.function(tags.variableName), tags.function(tags.propertyName)], color: "var(--code-function)" },
  { tag: [tags.definition(tags.variableName), tags.definition(tags.propertyName)], color: "var(--code-name)" },
  { tag: [tags.className, tags.typeName, tags.definition(tags.className)], color: "var(--code-type)" },
  { tag: [tags.propertyName, tags.attributeName, tags.labelName], color: "var(--code-property)" },
  { tag: [tags.meta, tags.annotation, tags.processingInstruction], color: "var(--code-type)" },
  { tag: [tags.operator, tags.punctuation, tags.bracket], color: "var(--code-mark)" },
]);

const frame = EditorView.theme({
  "&": { height: "100%", fontSize: "13px", color: "var(--code-text)", backgroundColor: "var(--code-ground)" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", overflow: "auto" },
  ".cm-content": { padding: "12px 0 40px", caretColor: "transparent" },
  ".cm-line": { padding: "0 20px 0 12px" },
  ".cm-gutters": {
    backgroundColor: "var(--code-ground)",
    color: "var(--code-gutter)",
    border: "0",
  },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "44px", padding: "0 8px 0 12px" },
  ".cm-write-caret": {
    display: "inline-block",
    width: "2px",
    height: "1.2em",
    marginLeft: "1px",
    verticalAlign: "text-bottom",
    backgroundColor: "var(--accent)",
    animation: "write-caret 1.06s steps(1) infinite",
  },
});

export const codeStyle = [frame, syntaxHighlighting(colours)];
