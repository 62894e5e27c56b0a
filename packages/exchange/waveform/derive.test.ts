import type { Decoded, RawObservation } from '@gemel/core/raw';
import { instant } from '@gemel/core/time';
import { NO_SAMPLE } from '@gemel/core/waveform';
import { describe, expect, test } from 'vitest';
import { doors, sniffDoor } from '../doors.ts';
import { structureFaults } from '../fhir/structure.ts';
import { aecgDoor } from './aecg/door.ts';
import { writeAecg } from './aecg/write-aecg.ts';
import { withDerived } from './derive.ts';
import { edfDoor } from './edf/door.ts';
import { writeEdf } from './edf/write-edf.ts';
import { DATA, folder, HAS_WFDB, inMemory, WFDB } from './fixtures/data.ts';
import { decodedOf, signalOf } from './fixtures/recordings.ts';
import { scpDoor } from './scp/door.ts';
import { writeScp } from './scp/write-scp.ts';
import { signalKind } from './signal-kinds.data.ts';
import { wfdbDoor } from './wfdb/door.ts';
import { writeWfdbRecord } from './wfdb/write-record.ts';

const START = instant(Date.UTC(2024, 0, 1));
const RATE = 250;

/** Two minutes of beats every 0.8 s, from sample `loose` on noise of a loose contact. */
function ecg(loose: number): Int32Array {
  const samples = new Int32Array(120 * RATE);
  for (let i = 0; i < samples.length; i++) {
    const t = ((i / RATE) % 0.8) - 0.4;
    samples[i] = Math.round(800 * Math.exp(-0.5 * (t / 0.012) ** 2) + 200 * Math.exp(-0.5 * ((t - 0.25) / 0.05) ** 2));
    samples[i] = samples[i]! + Math.round(30 * Math.sin(i / 40));
    if (i >= loose) samples[i] = ((i * 7919) % 2003) - 1000;
  }
  return samples;
}
const items = (decoded: readonly Decoded[]) =>
  decoded.filter(({ type }) => type === 'derived').flatMap((one) => one.items) as RawObservation[];
const numberOf = ({ value }: RawObservation) => (value.kind === 'quantity' ? value.value : Number.NaN);
const coded = (all: readonly RawObservation[], code: string) => all.filter(({ codings }) => codings[0]!.code === code);

describe('what is derived', () => {
  const files = writeWfdbRecord({
    record: 'r',
    frequency: RATE,
    format: 16,
    signals: [
      signalOf(ecg(60 * RATE), { name: 'I', frequency: RATE }),
      signalOf(ecg(Number.POSITIVE_INFINITY), { name: 'II', frequency: RATE }),
    ],
  });
  const decoded = decodedOf(wfdbDoor, files.get('r.hea')!, {
    name: 'r.hea',
    neighbours: inMemory(files),
    start: START,
  });
  const derived = items([...withDerived(decoded)]);

  test('the source passes unchanged, and the cleanest lead gives a heart rate for each minute', () => {
    expect([...withDerived(decoded)].filter(({ type }) => type !== 'derived')).toEqual(decoded);
    const rates = coded(derived, '8867-4');
    expect(rates.map((rate) => Math.round(numberOf(rate)))).toEqual([75, 75]);
    expect(rates.every(({ marks }) => marks!.length === 0)).toBe(true);
    const [first] = rates;
    expect(first!.time).toEqual({ start: START, end: START + 60_000, offset: null });
    expect(first!.provenance).toMatchObject({
      source: 'r.hea',
      sha256: 'h',
      device: expect.stringContaining('Hamilton'),
    });
    expect(first!.provenance.element).toContain('(II)');
  });

  test('values from a stretch without contact carry its reasons', () => {
    const alone = decoded.filter(({ waveform }) => waveform?.signal.name !== 'II');
    const rates = coded(items([...withDerived(alone)]), '8867-4');
    expect(rates.map(({ marks }) => marks!.map(({ code }) => code))).toEqual([[], ['waveform-quality']]);
    expect(rates[1]!.marks![0]!.message).toMatch(/^6 of 6 stretches of 10 s are not clean/);
  });

  test('intervals between all beats bear no HRV name; normal beats need someone who told beats apart', () => {
    expect(derived.map(({ codings }) => codings[0]!.code).filter((code) => /^hrv|^80404/.test(code))).toEqual([]);
    const mean = coded(derived, '8637-1');
    expect(mean.length).toBe(1);
    expect(numberOf(mean[0]!)).toBeCloseTo(800, 0);
    const marks = Array.from({ length: 301 }, (_, i) => ({ after: i, code: i === 7 ? 'V' : 'N' }));
    const list = (all: readonly object[]): Decoded => ({
      type: 'annotations',
      subject: 'p',
      fate: 'kept',
      items: [],
      problems: [],
      provenance: { source: 'r', element: 'r.atr' },
      kept: { annotator: 'atr', start: START, marks: all },
    });
    const told = items([...withDerived([list(marks)])]);
    expect(numberOf(coded(told, 'hrv-mean-nn')[0]!)).toBe(1000);
    const untold = items([...withDerived([list(marks.map((mark) => ({ ...mark, code: 'N' })))])]);
    expect([coded(untold, 'hrv-mean-nn').length, coded(untold, '8637-1').length]).toEqual([0, 1]);
  });

  test('names tell what a signal is a picture of, or nothing', () => {
    const kinds = Object.fromEntries(
      [
        'MLII',
        'V5',
        'aVR',
        'ECG lead II',
        'MDC_ECG_LEAD_V1',
        'MCL1',
        'vx',
        'PLETH',
        'RESP',
        'Resp chest',
        'ABP',
        'EEG Fpz-Cz',
        'VENT',
        'ICP',
        'X1',
      ].map((name) => [name, signalKind(name)]),
    );
    expect(kinds).toEqual({
      ...{ MLII: 'ecg', V5: 'ecg', aVR: 'ecg', 'ECG lead II': 'ecg', MDC_ECG_LEAD_V1: 'ecg', MCL1: 'ecg', vx: 'ecg' },
      ...{ PLETH: 'ppg', RESP: 'breathing', 'Resp chest': 'breathing' },
      ...{ ABP: null, 'EEG Fpz-Cz': null, VENT: null, ICP: null, X1: null },
    });
  });
});

describe('doors of waveforms', () => {
  const lead = signalOf([1, 2, 3, 4], { unit: 'uV', frequency: 500, gain: 0.4 });
  const wfdb = writeWfdbRecord({ record: 'r', frequency: 500, format: 16, signals: [lead] });
  const plus = {
    patient: 'P1 X X X',
    recording: 'X X X',
    start: START,
    recordSeconds: 0.008,
    signals: [lead],
    marks: [],
  };
  const sources: readonly (readonly [string, string, Uint8Array])[] = [
    ['wfdb', 'r.hea', wfdb.get('r.hea')!],
    ['edf', 'a.edf', writeEdf({ ...plus, kind: 'EDF+' })],
    ['edf', 'a.bdf', writeEdf({ ...plus, kind: 'BDF+' })],
    [
      'scp-ecg',
      'a.scp',
      writeScp({ subject: 'P1', start: { local: START, offset: 0 }, signals: [lead], huffman: true, differences: 2 }),
    ],
    [
      'hl7-aecg',
      'a.xml',
      new TextEncoder().encode(
        writeAecg({
          id: '1.2',
          subject: { root: '1', extension: '2' },
          start: { local: START, offset: 0 },
          signals: [lead],
          marks: [],
        }),
      ),
    ],
  ];

  test.each(sources)('%s is told by its bytes (%s), and says its signal as an R4 Observation', (id, name, bytes) => {
    expect(sniffDoor(bytes, name)?.id).toBe(id);
    const sure = doors.filter((door) => door.sniff(bytes, name) > 0).map((door) => door.id);
    expect(sure).toEqual([id]);
    const door = { wfdb: wfdbDoor, edf: edfDoor, 'scp-ecg': scpDoor, 'hl7-aecg': aecgDoor }[id]!;
    const [resource, ...more] = [
      ...door.resources(bytes, { name, subject: 'p', start: START, neighbours: inMemory(wfdb) }),
    ];
    expect(more).toEqual([]);
    expect(structureFaults(resource as never)).toEqual([]);
    const { origin, factor, data, period } = resource!.valueSampledData!;
    const values = data!.split(' ').map((text) => origin.value! + factor! * Number(text));
    expect(values.map((value) => value.toFixed(6))).toEqual(['2.500000', '5.000000', '7.500000', '10.000000']);
    expect(period).toBe(2);
  });

  test('a sample that is missing is E', () => {
    const files = writeWfdbRecord({ record: 'r', frequency: 100, format: 16, signals: [signalOf([1, NO_SAMPLE, 3])] });
    const [resource] = [
      ...wfdbDoor.resources(files.get('r.hea')!, {
        name: 'r.hea',
        subject: 'p',
        start: START,
        neighbours: inMemory(files),
      }),
    ];
    expect(resource!.valueSampledData!.data).toBe('1 E 3');
  });
});

describe.skipIf(!HAS_WFDB)(`outside records (skipped where ${DATA} is absent)`, () => {
  test('breathing derived from the ECG agrees with the impedance beside it', () => {
    const neighbours = folder(WFDB);
    const name = '03700181.hea';
    const all = items([...withDerived(decodedOf(wfdbDoor, neighbours.read(name)!, { name, neighbours, zone: 'UTC' }))]);
    const rates = coded(all, '9279-1');
    const [impedance, fromEcg] = ['(RESP)', '(MCL1)'].map(
      (signal) =>
        new Map(
          rates
            .filter(({ provenance }) => provenance.element.includes(signal))
            .map((rate) => [rate.time.start, numberOf(rate)]),
        ),
    );
    const apart = [...impedance!]
      .filter(([at]) => fromEcg!.has(at))
      .map(([at, rate]) => Math.abs(rate - fromEcg!.get(at)!));
    expect(apart.length).toBeGreaterThanOrEqual(9);
    expect(apart.sort((a, b) => a - b)[Math.floor(apart.length / 2)]).toBeLessThan(0.5);
  });
});
