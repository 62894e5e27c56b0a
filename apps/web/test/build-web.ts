import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';

export interface BuiltWeb {
  /** Folder of the built app. */
  readonly root: string;
  /** Gzipped bytes of JavaScript that the first route loads. */
  readonly firstRouteBytes: number;
  remove(): Promise<void>;
}

/** Builds the app into a folder of its own. */
export async function buildWeb(): Promise<BuiltWeb> {
  const root = mkdtempSync(join(tmpdir(), 'gemel-web-'));
  const result = await build({
    root: fileURLToPath(new URL('..', import.meta.url)),
    build: { outDir: root, emptyOutDir: true },
    logLevel: 'error',
  });
  if (Array.isArray(result) || !('output' in result)) throw new Error('One build gives one output.');
  const chunks = new Map(result.output.flatMap((file) => (file.type === 'chunk' ? [[file.fileName, file]] : [])));
  const needed = new Set<string>();
  const need = (name: string) => {
    if (needed.has(name)) return;
    needed.add(name);
    for (const imported of chunks.get(name)?.imports ?? []) need(imported);
  };
  for (const chunk of chunks.values()) if (chunk.isEntry) need(chunk.fileName);
  const firstRouteBytes = [...needed].reduce((sum, name) => sum + gzipSync(chunks.get(name)?.code ?? '').length, 0);
  return { root, firstRouteBytes, remove: () => rm(root, { recursive: true, force: true }) };
}
