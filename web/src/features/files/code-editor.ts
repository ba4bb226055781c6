/**
 * One read-only CodeMirror view that shows one file at a time and grows at its end.
 *
 * The last few files keep their state, so that coming back to one parses nothing again. Text is only ever
 * appended, which makes the cost of a piece independent of the size of the file. This module is
 * loaded on demand: it carries the whole editor.
 */
import { python } from "@codemirror/lang-python";
import { yaml } from "@codemirror/lang-yaml";
import { Compartment, EditorState, type Extension, StateEffect, StateField } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView, keymap, lineNumbers, WidgetType } from "@codemirror/view";
import { codeStyle } from "./code-style";

export interface CodeEditorOptions {
  parent: HTMLElement;
  /** The user scrolled, clicked or selected: the view is theirs from now on. */
  onTaken: () => void;
}

/** A file as it is to be shown. `key` changes when its text is another one, not a longer one. */
export interface Shown {
  path: string;
  key: string;
}

/** A file that was shown: which text of it, and where it was scrolled to. */
interface Kept {
  key: string;
  state: EditorState;
  top: number;
}

/** Files that are kept as they were shown. */
const KEPT = 4;
const setCaret = StateEffect.define<boolean>();
const FAR_LEFT = 100_000;
const SCROLL_KEYS = new Set(["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End", " "]);

class WriteCaret extends WidgetType {
  override toDOM(): HTMLElement {
    const caret = document.createElement("span");
    caret.className = "cm-write-caret";
    caret.dataset["testid"] = "write-caret";
    caret.setAttribute("aria-hidden", "true");
    return caret;
  }

  override eq(): boolean {
    return true;
  }
}

const caretWidget = Decoration.widget({ widget: new WriteCaret(), side: 1 });

const caret = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(shown, transaction) {
    let on = shown.size > 0;
    for (const effect of transaction.effects) if (effect.is(setCaret)) on = effect.value;
    if (!on) return Decoration.none;
    return Decoration.set([caretWidget.range(transaction.newDoc.length)]);
  },
  provide: (field) => EditorView.decorations.from(field),
});

const selectAll = keymap.of([
  {
    key: "Mod-a",
    run: (view) => {
      view.dispatch({ selection: { anchor: 0, head: view.state.doc.length } });
      return true;
    },
  },
]);

/** How a file of that name is parsed. */
export function language(path: string): Extension {
  if (/\.pyi?$/.test(path)) return python();
  if (/\.(ya?ml|json)$/.test(path)) return yaml();
  return [];
}

/** Scrolls the line at `position` to the lower edge, and all the way back to the left. */
function lineInSight(position: number): StateEffect<unknown> {
  return EditorView.scrollIntoView(position, { y: "end", yMargin: 48, x: "start", xMargin: FAR_LEFT });
}

export class CodeEditor {
  private readonly view: EditorView;
  private readonly wrapping = new Compartment();
  private readonly kept = new Map<string, Kept>();
  private readonly stop = new AbortController();
  private shown: Shown | null = null;
  private wrap = false;
  private lastTop = 0;

  constructor({ parent, onTaken }: CodeEditorOptions) {
    this.view = new EditorView({ parent, state: this.fresh({ path: "", key: "" }, "") });
    const { signal } = this.stop;
    const { scrollDOM } = this.view;
    scrollDOM.addEventListener("pointerdown", onTaken, { signal });
    scrollDOM.addEventListener("touchmove", onTaken, { signal, passive: true });
    scrollDOM.addEventListener("wheel", (event) => event.deltaY < 0 && onTaken(), { signal, passive: true });
    scrollDOM.addEventListener("keydown", (event) => SCROLL_KEYS.has(event.key) && onTaken(), { signal });
    scrollDOM.addEventListener("scroll", () => this.scrolled(onTaken), { signal, passive: true });
  }

  /** Show `file` with `text`; a file whose key is the one last seen keeps its place and parse. */
  show(file: Shown, text: string): void {
    if (this.shown) {
      this.keep(this.shown.path, {
        key: this.shown.key,
        state: this.view.state,
        top: this.view.scrollDOM.scrollTop,
      });
    }
    const before = this.kept.get(file.path);
    const same = before?.key === file.key && text.startsWith(before.state.doc.toString());
    this.view.setState(same ? before.state : this.fresh(file, text));
    this.shown = file;
    this.setWrap(this.wrap);
    if (same) this.append(text.slice(before.state.doc.length), false);
    // Makes the view measure now: until it has, its line numbers stand at guessed heights.
    this.view.coordsAtPos(0);
    this.lastTop = same ? before.top : 0;
    this.view.scrollDOM.scrollTop = this.lastTop;
    this.view.scrollDOM.scrollLeft = 0;
  }

  /** How many UTF-16 units of the file stand in the view. */
  get length(): number {
    return this.view.state.doc.length;
  }

  /** Whether exactly this text stands in the view. */
  holds(text: string): boolean {
    return this.length === text.length && this.view.state.doc.toString() === text;
  }

  /** Add `text` at the end; with `follow` the end stays in sight. */
  append(text: string, follow: boolean): void {
    if (!text) return;
    const end = this.view.state.doc.length;
    const newline = text.lastIndexOf("\n");
    const to = this.wrap ? end + text.length : end + newline + 1;
    // Without wrapping only a new line can move the end out of sight.
    const scrolls = follow && (this.wrap || newline >= 0);
    this.view.dispatch({
      changes: { from: end, insert: text },
      effects: scrolls ? [lineInSight(to)] : [],
    });
  }

  /** Bring the last line into sight; long lines are not followed to the right. */
  scrollToEnd(): void {
    const { doc } = this.view.state;
    const at = this.wrap ? doc.length : doc.line(doc.lines).from;
    this.view.dispatch({ effects: lineInSight(at) });
  }

  /** Draw the blinking caret at the end of the text, where the next character will appear. */
  setCaret(on: boolean): void {
    if ((this.view.state.field(caret).size > 0) !== on) this.view.dispatch({ effects: setCaret.of(on) });
  }

  setWrap(on: boolean): void {
    this.wrap = on;
    const wanted = on ? EditorView.lineWrapping : [];
    if (this.wrapping.get(this.view.state) === wanted) return;
    this.view.dispatch({ effects: this.wrapping.reconfigure(wanted) });
  }

  destroy(): void {
    this.stop.abort();
    this.view.destroy();
  }

  private fresh(file: Shown, text: string): EditorState {
    return EditorState.create({
      doc: text,
      extensions: [
        EditorState.readOnly.of(true),
        EditorView.editable.of(false),
        EditorState.lineSeparator.of("\n"),
        EditorView.contentAttributes.of({
          tabindex: "0",
          "aria-label": file.path ? `Code of ${file.path}` : "Code",
          "aria-readonly": "true",
        }),
        lineNumbers(),
        caret,
        selectAll,
        this.wrapping.of(this.wrap ? EditorView.lineWrapping : []),
        language(file.path),
        codeStyle,
      ],
    });
  }

  /** Of the files that were looked at last; each holds its text and its whole parse. */
  private keep(path: string, state: Kept): void {
    this.kept.delete(path);
    this.kept.set(path, state);
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT && oldest !== undefined) this.kept.delete(oldest);
  }

  // Dragging the scroll bar or an assistive tool's scrolling sends no other event than this one.
  // Our own appends only ever scroll down, so the way up is the user's.
  private scrolled(onTaken: () => void): void {
    const { scrollTop, scrollHeight, clientHeight } = this.view.scrollDOM;
    const up = scrollTop < this.lastTop - 40 && scrollHeight - clientHeight - scrollTop > 80;
    this.lastTop = scrollTop;
    if (up) onTaken();
  }
}
