import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { blocksOf, runBlock } from './node/doc-blocks.ts';
import { files, ROOT, text } from './node/repository.ts';

const documents = files().filter((file) => file.endsWith('.md') && !file.endsWith('/api.md'));
const blocks = documents.flatMap((file) => blocksOf(file, text(file)));

describe.concurrent('documents run as printed', () => {
  test.each(blocks.map((block) => [`${block.file}:${block.line}`, block] as const))('%s', async (_, block) => {
    const { code, output } = await runBlock(block);
    expect(code, output).toBe(0);
    if (block.output !== null) expect(output).toBe(block.output);
  });
});

test('links between documents lead somewhere', () => {
  const broken = documents.flatMap((file) =>
    [...text(file).matchAll(/\]\(([^)#\s]+)(#[^)]*)?\)/g)]
      .map(([, target]) => target!)
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => !existsSync(join(ROOT, posix.dirname(file), target)))
      .map((target) => `${file}: ${target}`),
  );
  expect(broken).toEqual([]);
});

test('the reader of blocks takes run blocks alone, with the output that follows', () => {
  const source = '# T\n```ts\nno\n```\n```ts run\nyes\n```\ntext\n```output\n1\n```\n```sh run\nls\n```\n';
  expect(blocksOf('a.md', source)).toEqual([
    { file: 'a.md', line: 5, language: 'ts', code: 'yes\n', output: '1\n' },
    { file: 'a.md', line: 12, language: 'sh', code: 'ls\n', output: null },
  ]);
});

test('a block that fails, or prints something else, is noticed', async () => {
  const block = { file: 'docs-test.md', line: 1, language: 'sh', code: 'echo a; false; echo b', output: null } as const;
  expect(await runBlock(block)).toEqual({ code: 1, output: 'a\n' });
  expect((await runBlock({ ...block, language: 'ts', code: 'console.log(1 + 1 satisfies number);\n' })).output).toBe(
    '2\n',
  );
});
