import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterAll, afterEach, beforeEach, vi } from 'vitest';
import { main } from './main.ts';

/** Command lines that begin with `always`, run in a folder of the test file's own. To be called where tests are declared. */
export function commandLine(...always: readonly string[]) {
  const folder = mkdtempSync(join(tmpdir(), 'gemel-cli-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  let told = '';
  beforeEach(() => {
    told = '';
    vi.spyOn(process.stderr, 'write').mockImplementation((text) => {
      told += text;
      return true;
    });
  });
  afterEach(() => vi.restoreAllMocks());
  const at = (name: string) => join(folder, name);
  return {
    /** Path of a file in the folder. */
    at,
    /** Writes a file there and gives its path. */
    file(name: string, text: string): string {
      writeFileSync(at(name), text);
      return at(name);
    },
    /** What was written to standard error in this test so far. */
    told: () => told,
    /** Exit code and result. */
    async gemel(...args: readonly string[]): Promise<{ readonly code: number; readonly out: string }> {
      const out = at('out');
      rmSync(out, { force: true });
      const code = await main([...always, ...args, '--out', out], new AbortController().signal);
      return { code, out: existsSync(out) ? readFileSync(out, 'utf8') : '' };
    },
  };
}
