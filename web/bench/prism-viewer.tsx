/** The file that is being written, by prism-react-renderer as its readme shows it, at the end in sight. */
import { Highlight } from "prism-react-renderer";
import { useLayoutEffect, useRef } from "react";
import type { GenerationStream } from "../src/stream/use-generation-stream";

export function PrismViewer({ stream }: { stream: GenerationStream }) {
  const host = useRef<HTMLPreElement>(null);
  const files = stream.snapshot?.files ?? [];
  const file = files.find((one) => one.state === "writing") ?? files.find((one) => one.state === "complete");
  const text = (file && stream.textOf(file.path)) ?? "";
  useLayoutEffect(() => {
    if (host.current) host.current.scrollTop = host.current.scrollHeight;
  }, [text]);
  return (
    <Highlight code={text} language="python">
      {({ className, style, tokens, getLineProps, getTokenProps }) => (
        <pre className={`${className} prism`} style={style} ref={host} data-length={text.length}>
          {tokens.map((line, number) => (
            <div key={number} {...getLineProps({ line })}>
              {line.map((token, key) => (
                <span key={key} {...getTokenProps({ token })} />
              ))}
            </div>
          ))}
        </pre>
      )}
    </Highlight>
  );
}
