/** A link inside the page: a real address, followed without a reload. */
import type { ComponentProps, MouseEvent } from "react";
import { foresee, navigate } from "./route";

export function Link({ href, ...rest }: ComponentProps<"a"> & { href: string }) {
  const follow = (event: MouseEvent) => {
    const plain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!plain) return;
    event.preventDefault();
    navigate(href);
  };
  const ahead = () => foresee(href);
  return <a {...rest} href={href} onClick={follow} onPointerEnter={ahead} onFocus={ahead} />;
}
