/** A text box that grows with its text. Enter sends, Shift+Enter begins a new line. */
import { type ComponentProps, type KeyboardEvent, type RefObject, useLayoutEffect } from "react";

interface Props extends Omit<ComponentProps<"textarea">, "onChange" | "value" | "ref"> {
  ref: RefObject<HTMLTextAreaElement | null>;
  value: string;
  onText: (text: string) => void;
  onSend: () => void;
}

export function GrowingText({ ref, value, onText, onSend, ...rest }: Props) {
  useLayoutEffect(() => {
    const box = ref.current;
    if (!box) return;
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  }, [ref, value]);

  const keyed = (event: KeyboardEvent) => {
    // While an input method composes, Enter chooses a word.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    onSend();
  };
  return (
    <textarea
      {...rest}
      ref={ref}
      value={value}
      onChange={(event) => onText(event.target.value)}
      onKeyDown={keyed}
    />
  );
}
