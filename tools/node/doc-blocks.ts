import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environment, findNode } from '../launch.mjs';
import { ROOT } from './repository.ts';

/** A fenced block of a document that is run: ```ts run or ```sh run, and the ```output that follows it, if any. */
export interface DocBlock {
  readonly file: string;
  readonly line: number;
  readonly language: 'ts' | 'sh';
  readonly code: string;
  readonly output: string | null;
}

export function blocksOf(file: string, text: string): readonly DocBlock[] {
  const fences = [...text.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)];
  return fences.flatMap((fence, i) => {
    const [language, run] = fence[1]!.trim().split(/\s+/);
    if (run !== 'run' || (language !== 'ts' && language !== 'sh')) return [];
    const next = fences[i + 1];
    const output = next?.[1]?.trim() === 'output' ? next[2]! : null;
    const line = text.slice(0, fence.index).split('\n').length;
    return [{ file, line, language, code: fence[2]!, output }];
  });
}

/** Runs a block from the root of the repository; what it prints and its exit code. */
export function runBlock(block: DocBlock): Promise<{ readonly code: number; readonly output: string }> {
  const node = findNode();
  const command = block.language === 'sh' ? ['sh', '-eu', '-c', block.code] : [node, scriptOf(block)];
  return new Promise((resolve, reject) => {
    const env = environment({ NO_COLOR: '1' });
    const child = spawn(command[0]!, command.slice(1), { cwd: ROOT, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const parts: string[] = [];
    const errors: string[] = [];
    child.stdout.on('data', (data) => parts.push(String(data)));
    child.stderr.on('data', (data) => errors.push(String(data)));
    child.on('error', reject);
    child.on('close', (code) =>
      resolve({ code: code ?? 1, output: parts.join('') + (code === 0 ? '' : errors.join('')) }),
    );
  });
}

/** In .cache, from where the packages of the workspace are found. */
function scriptOf(block: DocBlock): string {
  const folder = join(ROOT, '.cache/docs');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${block.file.replaceAll(/[^a-z0-9]+/gi, '-')}-${block.line}.ts`);
  writeFileSync(path, block.code);
  return path;
}
