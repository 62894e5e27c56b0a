import { expect, test } from 'vitest';
import { CodedError, defineErrors } from './error.ts';

const errors = defineErrors({ 'test-broken': { meaning: 'It is broken.', remedy: 'Mend it.' } });

test('an error carries its code, place and remedy, and survives JSON', () => {
  const error = errors.error('test-broken', 'The file is broken.', { file: 'a.json', line: 3 });
  expect(error).toBeInstanceOf(CodedError);
  expect(JSON.parse(JSON.stringify(error))).toEqual({
    code: 'test-broken',
    message: 'The file is broken.',
    where: { file: 'a.json', line: 3 },
    remedy: 'Mend it.',
  });
});

test('a remedy of the place goes before that of the table; the cause is kept', () => {
  const cause = new Error('deeper');
  const error = errors.error('test-broken', 'm', {}, 'Mend it here.', cause);
  expect([error.remedy, error.cause]).toEqual(['Mend it here.', cause]);
});

test('an unlisted code does not compile', () => {
  // @ts-expect-error not in the table
  expect(() => errors.problem('test-other', 'm')).toThrow();
});
