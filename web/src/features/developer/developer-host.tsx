/** Opens the developer console with Ctrl+Shift+D, on every page; it is fetched only then. */
import { lazy, Suspense, useEffect, useRef, useState } from "react";

const DeveloperConsole = lazy(() => import("./developer-console"));

export function DeveloperHost() {
  const [open, setOpen] = useState(false);
  const before = useRef<Element | null>(null);

  useEffect(() => {
    const pressed = (event: KeyboardEvent): void => {
      const ours = event.shiftKey && (event.ctrlKey || event.metaKey) && !event.altKey;
      if (!ours || event.code !== "KeyD") return;
      event.preventDefault();
      setOpen((now) => !now);
    };
    addEventListener("keydown", pressed);
    return () => removeEventListener("keydown", pressed);
  }, []);
  useEffect(() => {
    if (!open) return;
    before.current = document.activeElement;
    return () => {
      if (before.current instanceof HTMLElement) before.current.focus();
    };
  }, [open]);

  if (!open) return null;
  return (
    <Suspense>
      <DeveloperConsole onClose={() => setOpen(false)} />
    </Suspense>
  );
}
