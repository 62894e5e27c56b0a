import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { patientsNamed } from './named-patients.ts';

const bytes = (...segments: string[]) => new TextEncoder().encode(segments.join('\r'));
const HEAD = 'MSH|^~\\&|LAB|HOSP|G|H|20240131120000||ORU^R01|M1|P|2.5.1';
const PID = 'PID|1||a^^^X&1.2.3&ISO^MR||Doe^Jane';

describe('whom a message names', () => {
  test.each([
    ['a message', bytes(HEAD, PID), ['urn:oid:1.2.3|a']],
    ['a type that has no mapping', bytes(HEAD.replace('ORU^R01', 'ZZZ^Z01'), PID), ['urn:oid:1.2.3|a']],
    ['a merge', bytes(HEAD, PID, 'MRG|b^^^X&1.2.3&ISO'), ['urn:oid:1.2.3|a', 'urn:oid:1.2.3|b']],
    ['the same twice', bytes(HEAD, PID, PID), ['urn:oid:1.2.3|a']],
    ['a version nobody knows', bytes(HEAD.replace('2.5.1', '9.9'), PID), ['urn:oid:1.2.3|a']],
    ['a charset nobody reads', bytes(`${HEAD}||||||KLINGON`, PID), ['urn:oid:1.2.3|a']],
    [
      'other delimiters, and a version nobody knows',
      bytes('MSH#*~\\&#LAB#HOSP#########', 'PID#1##a***X&1.2.3&ISO*MR'),
      ['urn:oid:1.2.3|a'],
    ],
    ['no header', bytes(PID), ['urn:oid:1.2.3|a']],
    ['line feeds within a frame', new TextEncoder().encode(`\v${PID}\n\x1c\r`), ['urn:oid:1.2.3|a']],
    ['no identifier', bytes(HEAD, 'PID|1||||Doe^Jane'), []],
    ['nobody', bytes(HEAD), []],
    ['nothing', bytes(''), []],
  ])('%s', (_, message, whom) => {
    expect(patientsNamed(message)).toEqual(whom);
  });

  test('an identifier without an authority is the sender’s own, with a header that can be read or not', () => {
    const own = 'PID|1||a';
    const [known] = patientsNamed(bytes(HEAD, own));
    expect(known).toMatch(/HOSP.*\|a$/);
    expect(patientsNamed(bytes(HEAD.replace('2.5.1', '9.9'), own))).toEqual([known]);
  });

  test('bytes of any kind name somebody or nobody', () => {
    const broken = fc
      .tuple(fc.nat(120), fc.uint8Array({ maxLength: 60 }))
      .map(([cut, more]) => Uint8Array.from([...bytes(HEAD, PID).subarray(0, cut), ...more]));
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), broken), (source) => {
        for (const key of patientsNamed(source)) expect(key).toMatch(/\|./);
      }),
    );
  });
});
