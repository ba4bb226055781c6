/** Starts the page. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

const root = document.getElementById("root");
if (root) createRoot(root).render(<StrictMode><h1>Smart Forge</h1></StrictMode>);
