/** How the page is built: into the server's static folder, with hashed assets. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const api = process.env["SMARTFORGE_SERVER"] ?? "http://127.0.0.1:8000";

export default defineConfig({
  base: "/",
  plugins: [react()],
  build: {
    outDir: "../src/smartforge/server/static",
    emptyOutDir: true,
    target: "es2022",
    // Inlined modules would be data: scripts, which the Content-Security-Policy refuses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
  },
  worker: { format: "es" },
  server: { proxy: { "/api": api, "/preview": api } },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx"] },
});
