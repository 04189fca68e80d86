import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

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
  },
});
