import fc from 'fast-check';
import { expect, test } from 'vitest';
import { topicPattern } from './topic.ts';

test('subject and device go into a topic and come out of it, whatever they hold', () => {
  const pattern = topicPattern('ward/+/{subject}/{device}/#')!;
  expect(pattern.filter).toBe('ward/+/+/+/#');
  const name = fc.string({ minLength: 1, unit: 'grapheme' });
  fc.assert(
    fc.property(name, name, (subject, device) => {
      const topic = ['ward', '3', encodeURIComponent(subject), encodeURIComponent(device), 'pressure', 'now'].join('/');
      expect(pattern.address(topic)).toEqual({ subject, device });
    }),
  );
});

test.each([
  'ward/{subject}',
  '{subject}/{subject}/{device}',
  'a//{subject}/{device}',
  '{subject}/{device}/#/x',
  '{subject}/{device}/{x}',
  'a#/{subject}/{device}',
])('%s is no pattern', (text) => expect(topicPattern(text)).toBeNull());

test('other topics, empty parts and broken escapes have no address', () => {
  const pattern = topicPattern('ward/{subject}/{device}')!;
  for (const topic of ['ward/a', 'ward/a/b/c', 'other/a/b', 'ward//b', 'ward/%zz/b'])
    expect([topic, pattern.address(topic)]).toEqual([topic, null]);
});
