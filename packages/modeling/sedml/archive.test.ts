import { CodedError } from '@gemel/core/error';
import fc from 'fast-check';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { readArchive, writeArchive } from './archive.ts';
import { exportExperiment } from './export-experiment.ts';
import { readOmex, writeOmex } from './omex.ts';
import { TURNOVER } from './sedml.fixture.ts';
import { changeAttributes } from './target.ts';
import { ARCHIVE_LIMITS, readZip, safePath, writeZip } from './zip.ts';

const refused = (code: string) => expect.objectContaining({ code });
const bytes = (text: string) => new TextEncoder().encode(text);
const archive = writeArchive(
  exportExperiment({
    file: 'model.xml',
    text: TURNOVER,
    course: { start: 0, from: 0, to: 1, steps: 2 },
    method: { kind: 'ode' },
  }),
);

describe('zip', () => {
  test('what is written is read', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.stringMatching(/^[a-z]{1,8}(\/[a-z]{1,5})?$/), fc.uint8Array({ maxLength: 3000 })),
        (files) => {
          const map = new Map(Object.entries(files));
          expect(new Map([...readZip(writeZip(map), 'a.zip')].map(([k, v]) => [k, [...v]]))).toEqual(
            new Map([...map].map(([k, v]) => [k, [...v]])),
          );
        },
      ),
      { numRuns: 50 },
    );
  });

  test('stored files and folders of other programs are read', () => {
    const zip = zipSync({ 'a/': new Uint8Array(0), 'a/b.txt': [bytes('text'), { level: 0 }] });
    expect([...readZip(zip, 'a.zip').keys()]).toEqual(['a/b.txt']);
  });

  test.each(['../a', '/a', 'a/../../b', 'a\\b', 'C:a', 'a\u0000b'])('the name %j is refused', (name) => {
    expect(() => readZip(zipSync({ [name]: bytes('x') }), 'a.zip')).toThrow(refused('omex-path'));
  });

  test('a name within the archive loses its steps that lead nowhere', () => {
    expect(safePath('./a//b/./c', 'a.zip')).toBe('a/b/c');
  });

  test('a name that stands there twice is refused', () => {
    expect(() => readZip(zipSync({ 'a/b': bytes('x'), './a/b': bytes('y') }), 'a.zip')).toThrow(refused('omex-path'));
  });

  test('a bomb is refused by the size it gives, and by what it unpacks to where it lies about that', () => {
    const bomb = zipSync({ bomb: [new Uint8Array(5e6), { level: 9 }] });
    expect(bomb.length).toBeLessThan(10_000);
    const limits = { ...ARCHIVE_LIMITS, file: 1e6 };
    expect(() => readZip(bomb, 'a.zip', limits)).toThrow(refused('omex-too-large'));
    const lying = bomb.slice();
    const view = new DataView(lying.buffer);
    for (let at = 0; at < lying.length - 4; at++) {
      if (view.getUint32(at, true) === 0x02014b50) view.setUint32(at + 24, 1000, true);
    }
    expect(() => readZip(lying, 'a.zip', limits)).toThrow(refused('omex-damaged'));
  });

  test('many files, and files too large together, are refused', () => {
    const files = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`f${i}`, new Uint8Array(100)]));
    const zip = zipSync(files);
    expect(() => readZip(zip, 'a.zip', { ...ARCHIVE_LIMITS, files: 19 })).toThrow(refused('omex-too-large'));
    expect(() => readZip(zip, 'a.zip', { ...ARCHIVE_LIMITS, total: 1950 })).toThrow(refused('omex-too-large'));
    expect(() => readZip(zip, 'a.zip', { ...ARCHIVE_LIMITS, archive: 100 })).toThrow(refused('omex-too-large'));
    expect(readZip(zip, 'a.zip', { ...ARCHIVE_LIMITS, total: 2000 }).size).toBe(20);
  });

  test('encryption and other compressions are refused', () => {
    const zip = zipSync({ a: bytes('aaaaaaaaaaaaaaaaaaaaaa') });
    const patched = (offset: number, value: number) => {
      const copy = zip.slice();
      const view = new DataView(copy.buffer);
      for (let at = 0; at < copy.length - 4; at++) {
        if (view.getUint32(at, true) === 0x02014b50) view.setUint16(at + offset, value, true);
      }
      return copy;
    };
    expect(() => readZip(patched(8, 1), 'a.zip')).toThrow(refused('omex-unsupported'));
    expect(() => readZip(patched(10, 12), 'a.zip')).toThrow(refused('omex-unsupported'));
  });

  test('a changed byte of a file is noticed', () => {
    const zip = zipSync({ a: [bytes('content'), { level: 0 }] });
    const at = new TextDecoder('latin1').decode(zip).indexOf('content');
    zip[at] ^= 1;
    expect(() => readZip(zip, 'a.zip')).toThrow(refused('omex-damaged'));
  });
});

describe('COMBINE archives', () => {
  test('the manifest gives formats and the master', () => {
    const files = readOmex(archive, 'a.omex');
    expect(files.map(({ name, format, master }) => [name, format, master])).toEqual([
      ['simulation.sedml', 'sed-ml.level-1.version-4', true],
      ['model.xml', 'sbml', false],
    ]);
  });

  test('no manifest, a file that is not there, no experiment: refused', () => {
    expect(() => readArchive(writeZip(new Map([['a', bytes('x')]])), 'a.omex')).toThrow(refused('omex-manifest'));
    const manifest = (content: string) =>
      writeZip(new Map([['manifest.xml', bytes(`<omexManifest xmlns="x">${content}</omexManifest>`)]]));
    expect(() => readArchive(manifest('<content location="./b" format="sbml"/>'), 'a.omex')).toThrow(
      refused('omex-manifest'),
    );
    expect(() => readArchive(manifest('<content location="../b" format="sbml"/>'), 'a.omex')).toThrow(
      refused('omex-path'),
    );
    expect(() => readArchive(manifest('<content format="sbml"/>'), 'a.omex')).toThrow(refused('omex-manifest'));
    expect(() => readArchive(manifest(''), 'a.omex')).toThrow(refused('omex-manifest'));
    const model = { name: 'm.xml', format: 'sbml', master: true, content: bytes(TURNOVER) };
    expect(() => readArchive(writeOmex([model]), 'a.omex')).toThrow(refused('omex-manifest'));
  });

  test('whatever is done to an archive, it is read or refused by code', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.nat(archive.length - 1), fc.nat(255)), { maxLength: 8 }),
        fc.nat(archive.length),
        (changes, end) => {
          const damaged = archive.slice(0, end % 5 === 0 ? end : archive.length);
          for (const [at, value] of changes) if (at < damaged.length) damaged[at] = value;
          try {
            readArchive(damaged, 'a.omex');
          } catch (error) {
            if (!(error instanceof CodedError)) throw error;
          }
        },
      ),
      { numRuns: 400 },
    );
  });
});

describe('attributes', () => {
  const changed = (target: string, value: string, text = TURNOVER) => changeAttributes(text, [{ target, value }]);

  test('are changed where they stand, all else to the letter', () => {
    const text = changed("/sbml:sbml/sbml:model/sbml:listOfParameters/sbml:parameter[@id='km']/@value", '7');
    expect(text).toBe(TURNOVER.replace('value="1.5"', 'value="7"'));
    expect(changed("//species[@id='P']/@initialAmount", '3')).toBe(
      TURNOVER.replace("initialAmount='0'", 'initialAmount="3"'),
    );
    const crlf = TURNOVER.replaceAll('\n', '\r\n');
    expect(changed("//parameter[@id='km']/@value", '7', crlf)).toBe(crlf.replace('value="1.5"', 'value="7"'));
    const mark = `\ufeff${TURNOVER}`;
    expect(changed("//parameter[@id='km']/@value", '7', mark)).toBe(mark.replace('value="1.5"', 'value="7"'));
    const astral = TURNOVER.replace('a > b', '𝒂 \u{1f600} é');
    expect(changed("//parameter[@id='km']/@value", '7', astral)).toBe(astral.replace('value="1.5"', 'value="7"'));
  });

  test('are put in where there are none, and escaped', () => {
    expect(changed("//parameter[@id='twice']/@value", '<1>')).toContain('<parameter value="&lt;1&gt;" id="twice"');
  });
});
