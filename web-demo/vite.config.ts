import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds a Shuren server. */
const server = process.env.SHUREN_SERVER ?? "http://localhost:8000";

export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      // The page, the one that pictures are taken from, and the widget, whose address other pages know.
      input: { index: "index.html", render: "render.html", "digital-human": "src/widget/element.ts" },
      output: { entryFileNames: ({ name }) => (name === "digital-human" ? "[name].js" : "assets/[name]-[hash].js") },
    },
  },
  server: {
    proxy: {
      "/v1": { target: server, ws: true },
      "/avatars": { target: server },
    },
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
});
