import { waveformErrors } from '../errors.data.ts';

/** One signal of an EDF or BDF header, in the header's own terms. */
export interface EdfSignal {
  readonly label: string;
  readonly transducer: string;
  readonly unit: string;
  readonly physicalMinimum: number;
  readonly physicalMaximum: number;
  readonly digitalMinimum: number;
  readonly digitalMaximum: number;
  readonly prefilter: string;
  readonly samplesPerRecord: number;
  /** Holds annotations (TALs) instead of samples. */
  readonly annotations: boolean;
}

/**
 * An EDF (Kemp et al. 1992, doi:10.1016/0013-4694(92)90009-7), EDF+ (Kemp & Olivan 2003, doi:10.1016/S1388-2457(03)00123-8)
 * or BDF header.
 */
export interface EdfHeader {
  /** Bytes of a sample: 2 in EDF, 3 in BDF. */
  readonly sampleBytes: 2 | 3;
  /** EDF+ or BDF+: continuous or not; null for plain EDF or BDF. */
  readonly plus: 'continuous' | 'discontinuous' | null;
  readonly patient: string;
  readonly recording: string;
  /** Milliseconds as if local time were UTC; null where it is not a time. */
  readonly start: number | null;
  readonly headerBytes: number;
  /** −1 where unknown, as while recording. */
  readonly records: number;
  /** Seconds of a data record; 0 in files of annotations only. */
  readonly recordSeconds: number;
  readonly signals: readonly EdfSignal[];
}

const MOST_SIGNALS = 4096;
/** Bytes of each field of the signal headers, in order: all labels, then all transducers, … */
const WIDTHS = [16, 80, 8, 8, 8, 8, 8, 80, 8, 32] as const;

/** Whether bytes begin as EDF or BDF do: by their first letters, and a header as long as its number of signals makes it. */
export function looksLikeEdf(head: Uint8Array): boolean {
  if (versionOf(head) === null || head.length < 256) return false;
  const [length, signals] = [field(head, 184, 8), field(head, 252, 4)];
  return /^\d+$/.test(length) && /^\d+$/.test(signals) && Number(length) === 256 * (Number(signals) + 1);
}

function versionOf(bytes: Uint8Array): 2 | 3 | null {
  if (bytes[0] === 0xff && field(bytes, 1, 7) === 'BIOSEMI') return 3;
  return field(bytes, 0, 8) === '0' ? 2 : null;
}

const latin = new TextDecoder('latin1');

function field(bytes: Uint8Array, at: number, length: number): string {
  return latin
    .decode(bytes.subarray(at, at + length))
    .replaceAll('\0', ' ')
    .trim();
}

/** Reads a header. @throws waveform-header */
export function readEdfHeader(bytes: Uint8Array, file: string): EdfHeader {
  const fail = (message: string, byte: number): never => {
    throw waveformErrors.error('waveform-header', `${file}: ${message}`, { file, byte });
  };
  const sampleBytes = versionOf(bytes) ?? fail('it begins neither as EDF nor as BDF', 0);
  if (bytes.length < 256) fail('it ends within its header', bytes.length);
  const number = (at: number, length: number, what: string): number => {
    const text = field(bytes, at, length);
    const value = Number(text.replace(',', '.'));
    return text !== '' && Number.isFinite(value) ? value : fail(`${what} is “${text}”`, at);
  };
  const count = number(252, 4, 'the number of signals');
  if (!Number.isInteger(count) || count < 1 || count > MOST_SIGNALS) fail(`it announces ${count} signals`, 252);
  const headerBytes = 256 * (count + 1);
  if (bytes.length < headerBytes) fail('it ends within its header', bytes.length);
  const announced = number(184, 8, 'the length of the header');
  if (announced !== headerBytes) fail(`its header has ${headerBytes} bytes and announces ${announced}`, 184);
  const records = number(236, 8, 'the number of records');
  const recordSeconds = number(244, 8, 'the duration of a record');
  if (!Number.isInteger(records) || records < -1) fail(`it announces ${records} records`, 236);
  if (recordSeconds < 0) fail(`a record lasts ${recordSeconds} s`, 244);
  const reserved = field(bytes, 192, 44);
  const kind = /^(EDF|BDF)\+([CD])/.exec(reserved);
  const starts: number[] = [256];
  for (const width of WIDTHS) starts.push(starts.at(-1)! + width * count);
  const signals: EdfSignal[] = [];
  for (let i = 0; i < count; i++) {
    const at = (column: number) => starts[column]! + WIDTHS[column]! * i;
    const text = (column: number) => field(bytes, at(column), WIDTHS[column]!);
    const label = text(0);
    const value = (column: number, what: string) => number(at(column), 8, `${what} of ${label}`);
    const samplesPerRecord = value(8, 'the number of samples');
    if (!Number.isInteger(samplesPerRecord) || samplesPerRecord < 0) {
      fail(`${label} has ${samplesPerRecord} samples a record`, at(8));
    }
    signals.push({
      label,
      transducer: text(1),
      unit: text(2),
      physicalMinimum: value(3, 'the physical minimum'),
      physicalMaximum: value(4, 'the physical maximum'),
      digitalMinimum: value(5, 'the digital minimum'),
      digitalMaximum: value(6, 'the digital maximum'),
      prefilter: text(7),
      samplesPerRecord,
      annotations: kind !== null && /^(EDF|BDF) Annotations$/.test(label),
    });
  }
  return {
    sampleBytes,
    plus: kind === null ? null : kind[2] === 'C' ? 'continuous' : 'discontinuous',
    patient: field(bytes, 8, 80),
    recording: field(bytes, 88, 80),
    start: startOf(field(bytes, 168, 8), field(bytes, 176, 8), field(bytes, 88, 80), kind !== null),
    headerBytes,
    records,
    recordSeconds,
    signals,
  };
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];

/** The year of EDF+ stands in the recording field; elsewhere two digits count from 1985 (EDF+, section 2.1.3.2). */
function startOf(date: string, time: string, recording: string, plus: boolean): number | null {
  const days = /^(\d{2})\.(\d{2})\.(\d{2}|yy)$/.exec(date);
  const clock = /^(\d{2})[.:](\d{2})[.:](\d{2})$/.exec(time);
  if (days === null || clock === null) return null;
  const full = plus ? /^Startdate (\d{2})-([A-Z]{3})-(\d{4})/.exec(recording) : null;
  const day = Number(full?.[1] ?? days[1]);
  const month = full === null ? Number(days[2]) - 1 : MONTHS.indexOf(full[2]!);
  const short = Number(days[3]);
  const year = full === null ? short + (short >= 85 ? 1900 : 2000) : Number(full[3]);
  const at = new Date(Date.UTC(year, month, day, Number(clock[1]), Number(clock[2]), Number(clock[3])));
  const holds = at.getUTCFullYear() === year && at.getUTCMonth() === month && at.getUTCDate() === day;
  return holds && at.getUTCHours() === Number(clock[1]) && at.getUTCMinutes() === Number(clock[2])
    ? at.getTime()
    : null;
}
