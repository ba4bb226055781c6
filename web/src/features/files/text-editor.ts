/** A CodeMirror view in which one file is edited. Loaded on demand, with the editor of the code. */
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { EditorState } from "@codemirror/state";
import { EditorView, keymap, lineNumbers } from "@codemirror/view";
import { language } from "./code-editor";
import { codeStyle } from "./code-style";

export interface TextEditorOptions {
  parent: HTMLElement;
  path: string;
  text: string;
  onChange: (text: string) => void;
  /** The user pressed Ctrl+S, or Cmd+S. */
  onSave: () => void;
}

/** Puts the view into `parent` and the focus into it; the answer takes it away again. */
export function editText({ parent, path, text, onChange, onSave }: TextEditorOptions): () => void {
  const saving = { key: "Mod-s", preventDefault: true, run: () => (onSave(), true) };
  const view = new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        // Line ends stay as the file has them; Tab is left to the keyboard's way out of here.
        EditorState.lineSeparator.of("\n"),
        EditorView.contentAttributes.of({ tabindex: "0", "aria-label": `Edit ${path}` }),
        EditorView.updateListener.of((update) => {
          if (update.docChanged) onChange(update.state.doc.toString());
        }),
        lineNumbers(),
        history(),
        keymap.of([saving, ...defaultKeymap, ...historyKeymap]),
        language(path),
        codeStyle,
        EditorView.theme({ ".cm-content": { caretColor: "var(--accent)" } }),
      ],
    }),
  });
  view.focus();
  return () => view.destroy();
}
