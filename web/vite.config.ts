import { fileURLToPath } from 'node:url';

import { svelte } from '@sveltejs/vite-plugin-svelte';
import { svelteTesting } from '@testing-library/svelte/vite';
import { defineConfig } from 'vitest/config';

import { packed } from './packed.ts';
import { worker } from './worker.ts';

// `npm run dev` beside a server: pages from here, everything else from there.
const server = process.env['HUBBUB_URL'] ?? 'http://127.0.0.1:3000';

export default defineConfig({
  // The worker lists what was built; what it lists may be packed.
  plugins: [svelte(), svelteTesting(), worker(), packed()],
  // All names of HTML are a seventh of what may be loaded at first; the parser of Markdown gets the usual ones.
  resolve: { alias: { entities: fileURLToPath(new URL('src/lib/features/chat/markdown/entities.ts', import.meta.url)) } },
  build: {
    outDir: '../src/hubbub/web_dist',
    emptyOutDir: true,
    target: 'es2022',
    // The policy admits no inline scripts and no data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    // A test reads what the protocol's document names.
    fs: { allow: ['.', '../docs', '../tests'] },
    // The host stays this one's: the server takes a page's connection for its own by it.
    proxy: {
      '/api': { target: server, changeOrigin: false },
      '/gateway': { target: server.replace(/^http/, 'ws'), ws: true },
    },
  },
  test: { environment: 'happy-dom', include: ['src/**/*.test.ts'] },
});
