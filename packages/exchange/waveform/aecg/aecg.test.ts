import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodedOf, mutated, overwritten, sampleSets, samplesIn, signalOf } from '../fixtures/recordings.ts';
import { aecgDoor } from './door.ts';
import { readAecg } from './read-aecg.ts';
import { type AecgContent, writeAecg } from './write-aecg.ts';
import { readXml } from './xml.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);
const lead = (samples: ArrayLike<number>, name: string, after = 0) =>
  signalOf([], { name, unit: 'uV', frequency: 500, gain: 0.4, runs: [{ after, samples: Int32Array.from(samples) }] });
const base: AecgContent = {
  id: '1.2.3',
  subject: { root: '1.2.4', extension: 'S<1>' },
  sex: 'male',
  start: { local: Date.UTC(2024, 1, 29, 13, 5, 6, 250), offset: -330 },
  signals: [lead([1, 2, 3], 'II'), lead([4, 5, 6], 'V1'), lead([7], 'II', 10)],
  marks: [{ after: 0.002, duration: 0.004, code: 'MDC_ECG_WAVC_QRSWAVE', text: 'a & b' }],
};

describe('HL7 annotated ECG', () => {
  test('what is written is read', () => {
    fc.assert(
      fc.property(
        sampleSets(2, -2_000_000, 2_000_000, 50),
        fc.constantFrom(0.4, 200, 1),
        fc.constantFrom(0, 100),
        ([a, b], gain, baseline) => {
          const signals = [a!, b!].map((samples, i) =>
            signalOf(samples, { name: `V${i + 1}`, unit: 'uV', frequency: 250, gain, baseline }),
          );
          const read = readAecg(bytesOf(writeAecg({ ...base, signals, marks: [] })), 'f');
          expect([read.problems, read.refused, read.start]).toEqual([[], [], base.start]);
          for (const [i, { gain: factor, baseline: zero, ...signal }] of read.signals.entries()) {
            expect(signal.runs).toEqual(signals[i]!.runs);
            expect([signal.name, signal.unit, signal.frequency]).toEqual([`V${i + 1}`, 'uV', 250]);
            expect(Math.abs(factor / gain - 1) + Math.abs(zero - baseline)).toBeLessThan(1e-9);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test('series keep their own start, annotations their region, the subject its identifier', () => {
    const read = readAecg(bytesOf(writeAecg(base)), 'f');
    expect(read.signals.map(({ name, runs }) => [name, runs[0]!.after, ...runs[0]!.samples])).toEqual([
      ['II', 0, 1, 2, 3],
      ['V1', 0, 4, 5, 6],
      ['II', 10, 7],
    ]);
    const [mark] = read.marks[0]!.marks;
    expect([mark!.code, mark!.text, mark!.after.toFixed(6), mark!.duration!.toFixed(6)]).toEqual([
      'MDC_ECG_WAVC_QRSWAVE',
      'a & b',
      '0.002000',
      '0.004000',
    ]);
    expect([read.subject, read.facts[0]?.value]).toEqual(['1.2.4|S<1>', { kind: 'text', text: 'male' }]);
    expect(decodedOf(aecgDoor, bytesOf(writeAecg(base))).map(({ type }) => type)).toEqual([
      'header',
      'subject',
      'signal',
      'signal',
      'signal',
      'annotations',
    ]);
  });

  test('a relative time axis counts from the start of its series', () => {
    const text = writeAecg({ ...base, marks: [], signals: [lead([1], 'II', 2)] })
      .replace('TIME_ABSOLUTE', 'TIME_RELATIVE')
      .replace(/<head value="[^"]*"/, '<head value="500" unit="ms"');
    const read = readAecg(bytesOf(text), 'f');
    expect(read.start).toEqual({ ...base.start, local: base.start.local + 2500 });
  });

  test('digits that are no whole numbers are no samples; a lead without a scale is refused alone', () => {
    const text = writeAecg(base)
      .replace('1 2 3', '1 x 3.5')
      .replace('unit="uV"/><scale value="2.5"', 'unit="mV"/><scale value="2.5"');
    const odd = readAecg(bytesOf(writeAecg(base).replace('1 2 3', '1 x 3.5')), 'f');
    expect([...odd.signals[0]!.runs[0]!.samples]).toEqual([1, -2_147_483_648, -2_147_483_648]);
    const mixed = readAecg(bytesOf(text), 'f');
    expect([mixed.signals.length, mixed.refused[0]?.problem.code]).toEqual([2, 'waveform-element']);
  });

  test('document types, entities, depth and damage are refused', () => {
    const code = (text: string) => {
      try {
        readXml(bytesOf(text), 'f');
        return 'read';
      } catch (error) {
        return (error as { code: string }).code;
      }
    };
    const bomb = `<!DOCTYPE a [<!ENTITY x "${'y'.repeat(99)}">]><a>&x;</a>`;
    for (const text of [
      bomb,
      '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
      '<a>&lol;</a>',
      '<a><b></a>',
      '',
      '<a>'.repeat(65),
      '<?xml version="1.0" encoding="x-none"?><a/>',
    ]) {
      expect(code(text), text.slice(0, 40)).toBe('waveform-xml');
    }
    const latin = Uint8Array.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>\xe4</a>', (letter) =>
      letter.charCodeAt(0),
    );
    expect(readXml(latin, 'f').text).toBe('ä');
  });

  test('mutated documents never throw, and give no more samples than their bytes', () => {
    const file = bytesOf(writeAecg(base));
    fc.assert(
      fc.property(fc.oneof(mutated(file), overwritten(file)), (bytes) => {
        const decoded = decodedOf(aecgDoor, bytes);
        expect(samplesIn(decoded)).toBeLessThanOrEqual(bytes.length);
        for (const { fate, items } of decoded) expect(fate === 'mapped').toBe(items.length > 0);
      }),
      { numRuns: 1000 },
    );
  });
});
