import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";

// What only other chapters than the plan's need is told by its name, so that the first load can be
// weighed without it.
const CHAPTERS = {
  auction: /\/src\/(words\/)?auction\/|\/node_modules\/(@noble|@scure|age-encryption)\//,
  partner: /\/src\/(words\/)?partner(-days)?\//,
  operate: /\/src\/(words\/)?operate\//,
};

function chapterOf(moduleIds: string[]): string {
  for (const [chapter, form] of Object.entries(CHAPTERS)) {
    if (moduleIds.length && moduleIds.every((id) => form.test(id))) return `${chapter}-`;
  }
  return "";
}

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
        chunkFileNames: ({ moduleIds }) => `assets/${chapterOf(moduleIds)}[name]-[hash].js`,
      },
    },
  },
});
