import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Plugin } from 'vite';

const WORTH = 1024; // bytes: smaller ones fit into a packet as they are
const TEXT = /\.(js|css|html|svg|json|webmanifest)$/;

/** Writes `name.gz` beside each text that was built: packed once, sent many times. */
export function packed(): Plugin {
  let folder = '';
  return {
    name: 'packed',
    apply: 'build',
    configResolved: (config) => {
      folder = join(config.root, config.build.outDir);
    },
    // Not `closeBundle`, which is called for a build that failed too.
    writeBundle: () => {
      for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
        if (TEXT.test(name)) pack(join(folder, name));
      }
    },
  };
}

function pack(path: string): void {
  const plain = readFileSync(path);
  const small = gzipSync(plain, { level: 9 });
  if (plain.length >= WORTH && small.length < plain.length) writeFileSync(`${path}.gz`, small);
}
