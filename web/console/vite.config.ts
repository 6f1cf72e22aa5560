/* The console's build. The server keeps the result in memory, serves index.html for console paths and /assets/* for
 * ever (hashed names). Its Content-Security-Policy allows scripts of its own origin alone, so nothing may be inlined:
 * no module preload polyfill, no assets as data: URLs except small images. */
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { earlyParts } from "./early-parts.ts";

// `npm run dev` serves the sources and hands everything of the API to a running server.
const server = process.env.CHATHUB_DEV_SERVER ?? "http://127.0.0.1:8080";
const proxied = ["/api", "/auth/password", "/auth/logout", "/auth/sessions", "/auth/reauthenticate", "/dev", "/sso"];

export default defineConfig({
  plugins: [react(), earlyParts()],
  build: {
    target: "es2022",
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      output: {
        // React and its companions change rarely: their own file stays in the browser's cache across releases.
        codeSplitting: {
          groups: [
            {
              name: "base",
              test: /node_modules[\\/](react|react-dom|react-router|scheduler|@tanstack|openapi-fetch)[\\/]/,
            },
          ],
        },
      },
    },
  },
  worker: { format: "es" },
  // The palette is read by a test of its contrasts. The widget's tests run with the console's. Modules are loaded once for
  // all of them (four fifths of the time went into loading them for each file): what a test stubs, it stubs for itself.
  test: {
    isolate: false,
    pool: "threads",
    css: true,
    setupFiles: "src/i18n/all.ts",
    include: ["**/*.test.{ts,tsx,mjs}", "../widget/src/**/*.test.ts"],
  },
  server: { proxy: Object.fromEntries(proxied.map((path) => [path, { target: server, changeOrigin: false }])) },
});
