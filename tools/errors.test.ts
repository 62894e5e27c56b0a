import { expect, test } from 'vitest';
import { ERRORS, errorFiles, renderErrors } from './node/error-docs.ts';
import { files, text } from './node/repository.ts';
import { type Node, parse, visit } from './node/syntax.ts';

const tables = await errorFiles();
const documented = tables.flatMap(({ table }) => Object.keys(table));
const sources = files().filter((file) => /\.(ts|tsx)$/.test(file) && !/(\.test|errors\.data)\.tsx?$/.test(file));

test('docs/errors.md is what the tables say (else: npm run docs)', () => {
  expect(text(ERRORS)).toBe(renderErrors(tables));
});

test('codes are kebab-case, unique over all tables, each with a meaning and a remedy', () => {
  expect(documented.filter((code, i) => documented.indexOf(code) !== i)).toEqual([]);
  expect(documented.filter((code) => !/^[a-z0-9]+(-[a-z0-9]+)+$/.test(code))).toEqual([]);
  const empty = tables.flatMap(({ table }) =>
    Object.keys(table).filter((c) => !table[c]!.meaning || !table[c]!.remedy),
  );
  expect(empty).toEqual([]);
});

test('every code that is used is documented', () => {
  const used = sources.flatMap((file) => {
    const codes: string[] = [];
    visit(parse(file, text(file)).program, (node) => {
      const callee = node.callee as Node | undefined;
      const maker = ((callee?.property as Node | undefined)?.name ?? '') as string;
      const first = (node.arguments as readonly Node[] | undefined)?.[0];
      const code = first?.type === 'Literal' ? first.value : undefined;
      const owner = ((callee?.object as Node | undefined)?.name ?? '') as string;
      if (
        node.type === 'CallExpression' &&
        /^(error|problem)$/.test(maker) &&
        /errors?$/i.test(owner) &&
        typeof code === 'string'
      ) {
        codes.push(code);
      }
      return true;
    });
    return codes.map((code) => ({ file, code }));
  });
  expect(used.length).toBeGreaterThan(0);
  expect(used.filter(({ code }) => !documented.includes(code))).toEqual([]);
});

test('every documented code is used', () => {
  const all = sources.map(text).join('\n');
  expect(documented.filter((code) => !all.includes(`'${code}'`))).toEqual([]);
});
