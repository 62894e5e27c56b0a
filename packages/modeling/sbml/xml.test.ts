import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { caught, codeOf } from './sbml.fixture.ts';
import { childOf, decimal, escapeXml, parseXml, textOf, XML_LIMITS } from './xml.ts';

describe('parseXml', () => {
  test('keeps elements, attributes, text and places', () => {
    const root = parseXml(
      '<?xml version="1.0"?>\n<a xmlns="n" b="1">x<!-- no --><c p:d="2" xmlns:p="m"/><![CDATA[<y]]></a>',
    );
    expect([root.name, root.namespace, root.line]).toEqual(['a', 'n', 2]);
    expect([...root.attributes]).toEqual([['b', '1']]);
    expect(textOf(root)).toBe('x<y');
    expect(childOf(root, 'c')!.attributes.get('{m}d')).toBe('2');
  });

  test.each([
    ['no document', ''],
    ['no element', 'hello'],
    ['an open element', '<a><b></b>'],
    ['elements that cross', '<a><b></a></b>'],
    ['two roots', '<a/><b/>'],
    ['an unknown entity', '<a>&lol;</a>'],
    ['an unknown prefix', '<p:a/>'],
    ['an attribute twice', '<a b="1" b="2"/>'],
    ['a control character', '<a>\u0001</a>'],
  ])('refuses %s, naming the line', (_, text) => {
    const error = caught(() => parseXml(text, 'f.xml'))!;
    expect(error.code).toBe('xml-malformed');
    expect(error.message).toMatch(/line \d+, column \d+/);
    expect(error.where).toMatchObject({ file: 'f.xml', line: 1 });
  });

  test('refuses declarations of entities before anything expands', () => {
    const bomb = `<!DOCTYPE a [${Array.from({ length: 30 }, (_, i) => `<!ENTITY l${i + 1} "&l${i};&l${i};">`).join('')}]><a>&l30;</a>`;
    expect(codeOf(() => parseXml(bomb))).toBe('xml-doctype');
    expect(parseXml('<!DOCTYPE a SYSTEM "http://example.org/a.dtd"><a/>').name).toBe('a');
  });

  test('refuses documents that are too deep, too many or too long', () => {
    const limits = { size: 1000, depth: 5, elements: 20 };
    expect(codeOf(() => parseXml('<a>'.repeat(6), undefined, limits))).toBe('xml-too-large');
    expect(codeOf(() => parseXml(`<a>${'<b/>'.repeat(20)}</a>`, undefined, limits))).toBe('xml-too-large');
    expect(codeOf(() => parseXml(`<a>${' '.repeat(1000)}</a>`, undefined, limits))).toBe('xml-too-large');
    expect(codeOf(() => parseXml('<a>'.repeat(XML_LIMITS.depth + 1)))).toBe('xml-too-large');
  });

  test('escaped text comes back', () => {
    const character = fc
      .integer({ min: 0x20, max: 0x10fffd })
      .filter((c) => c < 0xd800 || (c > 0xdfff && (c & 0xfffe) !== 0xfffe));
    fc.assert(
      fc.property(fc.array(character, { maxLength: 20 }), (codes) => {
        const text = String.fromCodePoint(...codes);
        const root = parseXml(`<a b="${escapeXml(text)}">${escapeXml(text)}</a>`);
        expect(root.attributes.get('b')).toBe(text);
        expect(root.text.join('')).toBe(text);
      }),
    );
  });
});

test('a number is decimal text and nothing else', () => {
  expect(['1', '-.5', '+2.', '3e-7', '1E2'].map(decimal)).toEqual([1, -0.5, 2, 3e-7, 100]);
  for (const text of ['', ' 1', '0x10', '1_0', 'Infinity', '1e', '.', '1,5']) expect(decimal(text), text).toBeNaN();
});
