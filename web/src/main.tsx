/** Starts the page. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app/app";
import { foresee } from "./ui/route";
import "./app/base.css";

// Before anything is drawn, so that the page's own part is on its way meanwhile.
foresee(location.pathname);

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
