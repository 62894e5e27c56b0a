import { NO_SAMPLE, type Waveform } from '@gemel/core/waveform';
import { waveformErrors } from '../errors.data.ts';
import { sampleFormat } from './sample-format.ts';

/** What a WFDB record is written from. Every signal has one run, from the start. */
export interface WfdbContent {
  /** Letters, digits, hyphens and underscores. */
  readonly record: string;
  /** Frames per second; each signal's frequency is a whole multiple. */
  readonly frequency: number;
  readonly signals: readonly Waveform[];
  /** 8, 16, 24, 32, 61, 80, 160, 212, 310 or 311. */
  readonly format: number;
  /** Start in local time, milliseconds as if UTC. */
  readonly start?: number;
  readonly comments?: readonly string[];
  /** Bytes left free before the samples, zero. */
  readonly prolog?: number;
}

/**
 * Writes a record as header and one signal file, by name.
 * @throws waveform-encode where a number, name or rate does not fit the format
 */
export function writeWfdbRecord(content: WfdbContent): ReadonlyMap<string, Uint8Array> {
  const { record, frequency, signals, comments = [], prolog = 0 } = content;
  const fail = (message: string): never => {
    throw waveformErrors.error('waveform-encode', `${record}: ${message}`);
  };
  const format = sampleFormat(content.format) ?? fail(`format ${content.format} is not written`);
  if (!/^[\w-]+$/.test(record)) fail('the name of a record has letters, digits, hyphens and underscores only');
  if (comments.some((comment) => /[\r\n]/.test(comment))) fail('a comment is one line');
  const perFrame = signals.map(({ frequency: own }) => Math.round(own / frequency));
  const frames = Math.max(0, ...signals.map(({ runs }, i) => Math.ceil((runs[0]?.samples.length ?? 0) / perFrame[i]!)));
  const width = perFrame.reduce((sum, each) => sum + each, 0);
  const all = new Int32Array(frames * width);
  const name = `${record}.dat`;
  const lines: string[] = [];
  let offset = 0;
  for (const [i, signal] of signals.entries()) {
    const own = perFrame[i]!;
    if (own < 1 || Math.abs(own * frequency - signal.frequency) > 1e-9 * signal.frequency)
      fail(`${signal.name}: its rate is no whole multiple of ${frequency}`);
    if (signal.runs.length > 1 || (signal.runs[0]?.after ?? 0) !== 0)
      fail(`${signal.name} has gaps between its samples`);
    if (!Number.isInteger(signal.baseline)) fail(`${signal.name}: a baseline is a whole number`);
    if (/[\r\n]/.test(signal.name) || /\s/.test(signal.unit) || signal.unit === '')
      fail(`“${signal.name}” or its unit cannot be written`);
    const samples = signal.runs[0]?.samples ?? new Int32Array(0);
    if (samples.length !== frames * own) fail(`${signal.name} does not fill ${frames} frames`);
    const low = format.id === 8 ? Number.NEGATIVE_INFINITY : -(2 ** (format.bits - 1));
    let sum = 0;
    let before = samples[0] ?? 0;
    for (let k = 0; k < samples.length; k++) {
      let stored = samples[k]!;
      if (stored === NO_SAMPLE)
        stored = format.invalid ?? fail(`${signal.name}: format ${format.id} has no sign for "no sample"`);
      else if (stored < low || stored > -low - 1 || stored === format.invalid)
        fail(`${signal.name}: ${stored} does not fit format ${format.id}`);
      sum = (sum + stored) | 0;
      const put = format.id === 8 ? stored - before : stored;
      if (format.id === 8 && (put < -128 || put > 127)) fail(`${signal.name}: a step of ${put} does not fit format 8`);
      before = stored;
      all[Math.floor(k / own) * width + offset + (k % own)] = put;
    }
    offset += own;
    const places = `${format.id}${own === 1 ? '' : `x${own}`}${prolog === 0 ? '' : `+${prolog}`}`;
    const gain = `${signal.gain}(${signal.baseline})/${signal.unit}`;
    lines.push(`${name} ${places} ${gain} ${format.bits} 0 ${samples[0] ?? 0} ${(sum << 16) >> 16} 0 ${signal.name}`);
  }
  const start = content.start === undefined ? '' : ` ${startText(content.start)}`;
  const first = `${record} ${signals.length} ${frequency} ${frames}${start}`;
  const text = [first, ...lines, ...comments.map((comment) => `# ${comment}`), ''].join('\r\n');
  const packed = format.pack(all);
  const data = new Uint8Array(prolog + packed.length);
  data.set(packed, prolog);
  return new Map([
    [`${record}.hea`, new TextEncoder().encode(text)],
    [name, data],
  ]);
}

function startText(start: number): string {
  const [date, time] = new Date(start).toISOString().slice(0, -1).split('T') as [string, string];
  return `${time} ${date.split('-').reverse().join('/')}`;
}
