/** A button that copies a text, and says for a moment whether it could. */
import { useEffect, useState } from "react";
import { copyText } from "./clipboard";
import controls from "./controls.module.css";
import { Check, Copy } from "./icons";

interface Props {
  /** What is copied, undefined while it is not there. */
  text: () => string | undefined;
  title: string;
  /** Of the word beside the icon. */
  className?: string | undefined;
  disabled?: boolean;
}

export function CopyButton({ text, title, className, disabled = false }: Props) {
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
    <button type="button" className={controls["quiet"]} title={title} disabled={disabled} onClick={() => void copy()}>
      {said === "Copied" ? <Check /> : <Copy />} {" "}
      <span className={className} aria-live="polite">
        {said ?? "Copy"}
      </span>
    </button>
  );
}
