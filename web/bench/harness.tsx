/**
 * One viewer on the page's own stream, and nothing else: `?project=ID&viewer=ours` or `=prism`.
 *
 * Both get the same text from the same hook, so what differs in their cost is the viewer.
 */
import { createRoot } from "react-dom/client";
import { StreamingCodeViewer } from "../src/features/files/streaming-code-viewer";
import { useGenerationStream } from "../src/stream/use-generation-stream";
import { PrismViewer } from "./prism-viewer";
import "../src/app/base.css";
import "./harness.css";

const asked = new URLSearchParams(location.search);

function Harness({ projectId, viewer }: { projectId: string; viewer: string }) {
  const stream = useGenerationStream(projectId);
  return viewer === "prism" ? <PrismViewer stream={stream} /> : <StreamingCodeViewer stream={stream} />;
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <Harness projectId={asked.get("project") ?? ""} viewer={asked.get("viewer") ?? "ours"} />,
  );
}
