import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds a Shuren server. */
const server = process.env.SHUREN_SERVER ?? "http://localhost:8000";

export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 900,
    rolldownOptions: { input: ["index.html", "render.html"] }, // the page, and the one that pictures are taken from
  },
  server: {
    proxy: {
      "/v1": { target: server, ws: true },
      "/avatars": { target: server },
    },
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
});
