import { instant } from '@gemel/core';
import { memory, type NewEntry } from '@gemel/store';
import { expect, it } from 'vitest';
import { Log } from './log.ts';

const entry = (id: string, subject: string, kind: NewEntry['kind'] = 'fact'): NewEntry => ({
  id,
  subject,
  kind,
  trueAt: instant(1),
  knownAt: instant(1),
  payload: { name: 'x', value: id },
});

it('what was handed on is not read once more after somebody else wrote', async () => {
  const store = memory();
  const log = new Log(store);
  await log.tip();
  await log.append([entry('a1', 'a')]);
  await log.own('a');
  await log.records('a', ['trace']);
  await log.append([entry('a2', 'a'), entry('t1', 'a', 'trace')]);
  await store.append([entry('other', 'b', 'access')]);
  await log.tip();
  await log.append([entry('b1', 'b')]);
  expect((await log.own('a')).map(({ id }) => id)).toEqual(['a1', 'a2']);
  expect((await log.records('a', ['trace'])).map(({ id }) => id)).toEqual(['t1']);
});
