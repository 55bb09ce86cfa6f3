import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = "http://127.0.0.1:3000";

export default defineConfig({
  base: "./",
  plugins: [react()],
  build: {
    outDir: "../src/headwater/server/webapp",
    emptyOutDir: true,
    chunkSizeWarningLimit: 700,
  },
  server: {
    proxy: { "/api": server, "/report_asset_materialization": server },
  },
  test: { environment: "jsdom", setupFiles: ["src/testSetup.ts"], include: ["src/**/*.test.{ts,tsx}"] },
});
