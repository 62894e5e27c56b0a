import {
  codingKey,
  DAY,
  type Instant,
  isBounded,
  isQuantity,
  type Observation,
  type Reason,
  writtenUnit,
} from '@gemel/core';
import type { History } from '@gemel/runtime/pack';
import type { Drug, Mic, Target } from './drug.ts';
import { sayTarget } from './forecast.ts';
import { micSignal } from './record.ts';

/** Days that a measured one counts for: an isolate of an earlier infection tells nothing of this one. */
const REMEMBERED = 30;
/** Why one measurement lowers no dose. */
const UNCERTAIN =
  'one measurement is uncertain by a doubling dilution and more (Mouton JW et al., J Antimicrob Chemother 2018;73:564-568, doi:10.1093/jac/dkx427)';

/** The minimum inhibitory concentration that targets are held against, and what is to be said of it. */
export interface MicInForce {
  /** In the drug's `levelUnit`. */
  readonly counts: number;
  /** Where it is from, how old it is, and what it does to the dose. */
  readonly statement: string;
  /** A measured one above what is assumed, or that targets cannot be reached at: to be seen with or without a proposal. */
  readonly notable: boolean;
  /** It is known only to lie above a bound: what is to be reached is not known. */
  readonly unbounded: boolean;
}

interface Measured {
  readonly value: number;
  readonly kind: 'exact' | 'below' | 'above';
  readonly from: Observation;
}

function measuredIn(drug: Drug, { observations }: History, now: Instant): readonly Measured[] {
  return observations.flatMap((from): Measured[] => {
    const { signal, trueAt, value } = from;
    if (signal !== micSignal(drug) || trueAt > now) return [];
    if (isQuantity(value)) return [{ value: value.value, kind: 'exact', from }];
    return isBounded(value) ? [{ value: value.bound.value, kind: value.kind, from }] : [];
  });
}

/**
 * The highest that was measured within 30 days, since the record does not say which isolate is treated; a bound counts as the value at it.
 * Without any the one that the drug's target assumes. Null of drugs whose targets are of none.
 */
export function micOf(drug: Drug, history: History, now: Instant): MicInForce | null {
  const { mic } = drug;
  if (mic === undefined) return null;
  const all = measuredIn(drug, history, now);
  const recent = all.filter(({ from }) => now - from.trueAt <= REMEMBERED * DAY);
  const [highest] = recent.toSorted(
    (a, b) => b.value - a.value || Number(b.kind === 'above') - Number(a.kind === 'above'),
  );
  const unit = writtenUnit(drug.levelUnit);
  if (highest === undefined) {
    const old = all.at(-1);
    const said =
      old === undefined ? 'none is on record' : `the last on record is of ${day(old.from)}, too old to count`;
    return {
      counts: mic.assumed,
      statement: `MIC: ${said}; ${mic.assumed} ${unit} is assumed. ${mic.because}.`,
      ...{ notable: false, unbounded: false },
    };
  }
  const { value, kind, from } = highest;
  const sign = { exact: '', below: 'at most ', above: 'more than ' }[kind];
  const several = recent.length > 1 ? `, the highest of ${recent.length} within ${REMEMBERED} days` : '';
  const whence = [nameOf(mic, from), from.provenance.source].filter((each) => each !== '').join('; ');
  const reach = kind === 'below' ? null : outOfReach(drug, value);
  const higher = value > mic.assumed || (kind === 'above' && value >= mic.assumed);
  const statement = [
    `MIC: ${sign}${value} ${unit}, measured ${age(from, now)}${several} (${whence}).`,
    kind === 'below' ? `It counts as ${value} ${unit}.` : '',
    kind === 'above' && mic.moves ? '' : use(mic, value, unit, drug.targets[0]),
    reach ?? '',
    higher && mic.higher !== undefined ? `${mic.higher}.` : '',
  ];
  return {
    counts: mic.moves ? Math.max(value, mic.assumed) : value,
    statement: statement.filter((each) => each !== '').join(' '),
    notable: higher || reach !== null,
    unbounded: kind === 'above',
  };
}

function use({ moves, assumed }: Mic, value: number, unit: string, { title }: Target): string {
  if (!moves) return `Doses are chosen by ${title}, not by it.`;
  if (value >= assumed) return 'Doses are chosen for it.';
  return `Doses are chosen for ${assumed} ${unit} nonetheless: ${UNCERTAIN}.`;
}

/** Of targets over the MIC that doses are not chosen by: where they take more than what doses are held below. */
function outOfReach({ targets }: Drug, mic: number): string | null {
  for (const ratio of targets.filter(({ perMic }) => perMic)) {
    const own = targets.find(({ quantity, perMic }) => quantity === ratio.quantity && !perMic);
    const needed = ratio.low * mic;
    if (own?.high === undefined || needed <= own.high) continue;
    return `${ratio.title} of ${sayTarget(ratio)} takes ${own.title} of ${round(needed)} ${writtenUnit(own.unit)}, above the ${own.high} that its target ends at: it is hardly reachable, and no dose is raised for it.`;
  }
  return null;
}

/** What cannot be aimed at: a concentration that is not known. */
export function micUnknown(drug: Drug, history: History, now: Instant): readonly Reason[] {
  const found = micOf(drug, history, now);
  if (found === null || !found.unbounded || drug.mic?.moves !== true) return [];
  const statement = `${found.statement} What is to be reached is not known: no dose is proposed.`;
  return [{ code: 'mic-above-range', statement }];
}

function nameOf({ codings }: Mic, { code }: Observation): string {
  const known = code.codings.find((each) => codings.some((own) => codingKey(own) === codingKey(each)));
  return (
    code.text ?? known?.display ?? codings.find((own) => known && codingKey(own) === codingKey(known))?.display ?? ''
  );
}

const day = ({ trueAt }: Observation) => new Date(trueAt).toISOString().slice(0, 10);
const round = (value: number) => Number(value.toPrecision(3));

function age(from: Observation, now: Instant): string {
  const days = Math.floor((now - from.trueAt) / DAY);
  return `on ${day(from)}, ${days === 0 ? 'today' : days === 1 ? 'a day ago' : `${days} days ago`}`;
}
