import { defineConfig } from "vitest/config";

/** Where `npm run dev` finds a Shuren server. */
const server = process.env.SHUREN_SERVER ?? "http://localhost:8000";

const NAMED = ["digital-human", "kiosk-worker"];

export default defineConfig({
  base: "./",
  build: {
    target: "es2022",
    chunkSizeWarningLimit: 900,
    rolldownOptions: {
      // The page, the kiosk and the map a phone opens, the page that pictures are taken from; and two scripts whose
      // addresses others know: the widget, and the kiosk's service worker.
      input: {
        index: "index.html",
        console: "console.html",
        kiosk: "kiosk.html",
        map: "map.html",
        render: "render.html",
        stage: "stage.html",
        studio: "studio.html",
        "digital-human": "src/widget/element.ts",
        "kiosk-worker": "src/kiosk/worker.ts",
      },
      output: { entryFileNames: ({ name }) => (NAMED.includes(name) ? "[name].js" : "assets/[name]-[hash].js") },
    },
  },
  server: {
    proxy: {
      "/v1": { target: server, ws: true },
      "/avatars": { target: server },
      "/maps": { target: server },
    },
  },
  test: { include: ["test/**/*.test.ts"], environment: "node" },
});
