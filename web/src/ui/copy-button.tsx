/** A button that copies a text, and says for a moment whether it could. */
import { useEffect, useState } from "react";
import { classes } from "./classes";
import { copyText } from "./clipboard";
import controls from "./controls.module.css";
import { Check, Copy } from "./icons";

interface Props {
  /** What is copied, undefined while it is not there. */
  text: () => string | undefined;
  title: string;
  word?: string;
  /** Of the button. */
  className?: string | undefined;
  /** Of the word beside the icon. */
  wordClassName?: string | undefined;
  disabled?: boolean;
}

export function CopyButton(props: Props) {
  const { text, title, word = "Copy", className, wordClassName, disabled = false } = props;
  const [said, setSaid] = useState<"Copied" | "Not copied" | null>(null);
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setSaid(null), 2000);
    return () => clearTimeout(timer);
  }, [said]);
  const copy = async () => {
    const copied = text();
    if (copied !== undefined) setSaid((await copyText(copied)) ? "Copied" : "Not copied");
  };
  return (
    <button
      type="button"
      className={classes(controls["quiet"], className)}
      title={title}
      disabled={disabled}
      onClick={() => void copy()}
    >
      {said === "Copied" ? <Check /> : <Copy />} {" "}
      <span className={wordClassName} aria-live="polite">
        {said ?? word}
      </span>
    </button>
  );
}
