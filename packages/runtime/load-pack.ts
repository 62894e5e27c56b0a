import { runtimeErrors } from './errors.data.ts';
import type { Pack } from './pack.ts';

type Check = readonly [component: string, field: string, ok: (value: unknown) => boolean];

const text = (value: unknown) => typeof value === 'string' && value.trim() !== '';
const list = (value: unknown) => Array.isArray(value);
const filled = (value: unknown) => Array.isArray(value) && value.length > 0;
const call = (value: unknown) => typeof value === 'function';
const calls =
  (...names: readonly string[]) =>
  (value: unknown) =>
    typeof value === 'object' &&
    value !== null &&
    names.every((name) => call((value as Record<string, unknown>)[name]));
const entities = ['patient', 'organ', 'ward', 'machine', 'process', 'cell', 'population'];

/** What a twin consists of: its name and purpose, the six components, and the rules it speaks by. */
const CHECKS: readonly Check[] = [
  ['identity', 'id', text],
  ['identity', 'version', text],
  ['identity', 'title', text],
  ['identity', 'entity', (value) => entities.includes(value as string)],
  ['purpose', 'intendedUse', text],
  ['purpose', 'notFor', filled],
  [
    'purpose',
    'needs',
    (value) =>
      typeof value === 'object' &&
      value !== null &&
      ['signals', 'controls', 'facts'].every((f) => list((value as Record<string, unknown>)[f])),
  ],
  ['physical state', 'dynamics', calls('init', 'advance', 'observe', 'time', 'snapshot', 'restore')],
  ['physical state', 'parameters', list],
  ['observational data', 'observes', filled],
  ['control inputs', 'controls', filled],
  ['digital state', 'assimilator', calls('start', 'update')],
  ['quantities of interest', 'quantities', filled],
  ['quantities of interest', 'forecast', (value) => typeof value === 'object' && value !== null],
  ['quantities of interest', 'scores', list],
  ['rewards', 'rewards', filled],
  ['limits', 'limits', list],
  ['rules', 'applicability', call],
  ['rules', 'readiness', call],
  ['rules', 'propose', call],
  ['rules', 'decide', call],
  ['rules', 'advisories', call],
  ['rules', 'headline', call],
];

/** The candidate as a pack. @throws pack-incomplete, naming the component and the field it lacks */
// biome-ignore lint/suspicious/noExplicitAny: the state is the pack's own affair
export function loadPack(candidate: unknown): Pack<any> {
  if (typeof candidate !== 'object' || candidate === null) {
    throw runtimeErrors.error('pack-incomplete', 'The module exports no pack.', { element: 'pack' });
  }
  const record = candidate as Record<string, unknown>;
  const name = text(record.id) ? `Pack “${record.id}”` : 'The pack';
  const lacking = CHECKS.filter(([, field, ok]) => !ok(record[field]));
  const first = lacking[0];
  if (first !== undefined) {
    const all = lacking.map(([component, field]) => `${component} (${field})`).join(', ');
    throw runtimeErrors.error('pack-incomplete', `${name} lacks: ${all}.`, { element: first[0], field: first[1] });
  }
  // biome-ignore lint/suspicious/noExplicitAny: checked above
  return candidate as Pack<any>;
}
