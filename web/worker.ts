import type { Plugin } from 'vite';

/** Tells the service worker which scripts and styles its version consists of: each build that changes one changes it. */
export function worker(): Plugin {
  return {
    name: 'worker',
    apply: 'build',
    config: () => ({
      build: {
        rollupOptions: {
          input: { index: 'index.html', sw: 'src/sw/sw.ts' },
          // Its address must stay the same, and its folder is the part of the server that it may answer for.
          output: { entryFileNames: (chunk: { name: string }) => (chunk.name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
        },
      },
    }),
    generateBundle: (_, bundle) => {
      const script = bundle['sw.js'];
      if (script?.type !== 'chunk' || !script.code.includes('__FILES__')) throw new Error('there is no service worker to tell its files');
      const files = Object.keys(bundle).filter((name) => /^assets\/.*\.(js|css)$/.test(name));
      script.code = script.code.replaceAll('__FILES__', JSON.stringify(files.sort().map((name) => `/${name}`)));
    },
  };
}
