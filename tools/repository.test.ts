import { expect, test } from 'vitest';
import { files, text } from './node/repository.ts';

const TEXT = /(\.(ts|tsx|mjs|js|json|md|html|css|txt|svg|yml|yaml)|\/run|^[A-Z]+|\.npmrc|\.gitignore)$/;

test('no file names a path of the machine it was written on', () => {
  const workplace = new RegExp(['', 'work', '(main|shared)'].join('/'));
  const found = files().filter((file) => TEXT.test(file) && workplace.test(text(file)));
  expect(found).toEqual([]);
});

test('the lock file names no registry host, and a checksum for every package', () => {
  const lock = JSON.parse(text('package-lock.json')) as {
    readonly packages: Readonly<Record<string, { resolved?: string; link?: boolean; integrity?: string }>>;
  };
  const outside = Object.entries(lock.packages).filter(([path]) => path.includes('node_modules/'));
  expect(outside.filter(([, entry]) => /^[a-z+]+:/.test(entry.resolved ?? ''))).toEqual([]);
  expect(outside.filter(([, entry]) => !entry.link && !entry.integrity).map(([path]) => path)).toEqual([]);
});

test('every dependency is pinned exactly', () => {
  const loose = files()
    .filter((file) => /(^|\/)package\.json$/.test(file))
    .flatMap((file) => {
      const { dependencies, devDependencies, optionalDependencies } = JSON.parse(text(file));
      return Object.entries<string>({ ...dependencies, ...devDependencies, ...optionalDependencies })
        .filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
        .map(([name, version]) => `${file}: ${name} ${version}`);
    });
  expect(loose).toEqual([]);
});
