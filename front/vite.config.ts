import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// What only auctions need is told by its name, so that the first load can be weighed without it.
const AUCTION = /\/src\/(words\/)?auction\/|\/node_modules\/(@noble|@scure|age-encryption)\//;

const repository = new URL("..", import.meta.url).pathname;

export default defineConfig({
  plugins: [svelte()],
  server: {
    fs: { allow: [repository] },
    proxy: { "/api": "http://127.0.0.1:8000" },
  },
  build: {
    outDir: `${repository}src/bunyad/web/static`,
    emptyOutDir: true,
    target: "es2022",
    // A page may not hold scripts or data of its own (see web/guard.py).
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 1200,
    rolldownOptions: {
      output: {
        chunkFileNames: ({ moduleIds }) =>
          moduleIds.length && moduleIds.every((id) => AUCTION.test(id))
            ? "assets/auction-[name]-[hash].js"
            : "assets/[name]-[hash].js",
      },
    },
  },
});
