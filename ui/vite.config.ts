import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

import { stylesCheck } from "./stylesCheck.ts";
import { pageHints } from "./pageHints.ts";

const server = "http://127.0.0.1:3000";

export default defineConfig({
  base: "./",
  plugins: [react(), stylesCheck(), pageHints()],
  build: {
    outDir: "../src/headwater/server/webapp",
    emptyOutDir: true,
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: { "/api": server, "/report_asset_materialization": server },
  },
  test: {
    // What needs no page gets none: to make one takes longer than most tests do.
    projects: [
      { extends: true, test: { name: "plain", environment: "node", include: ["src/**/*.test.ts"] } },
      {
        extends: true,
        test: {
          name: "page",
          environment: "jsdom",
          setupFiles: ["src/testSetup.ts"],
          include: ["src/**/*.test.tsx"],
        },
      },
    ],
  },
});
