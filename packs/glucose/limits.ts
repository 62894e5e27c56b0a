import { type ControlInput, HOUR, type Instant, type LimitVerdict } from '@gemel/core';
import type { History, Limit } from '@gemel/runtime/pack';
import { insulinOnBoard, usualBasal } from './insulin.ts';
import { LIMITS, POLICY } from './policy.data.ts';
import { currentGlucose, type GlucosePolicy, safetyFindings } from './safety.ts';
import { settings } from './settings.ts';
import { sayGlucose, sayUnits } from './words.ts';

/** The limits in force for a person; their own, where recorded, only ever lower the built-in ones. */
export interface PersonalLimits {
  /** Largest single bolus, U. */
  readonly bolus: number;
  /** Largest basal rate, U/h. */
  readonly basal: number;
  /** Largest insulin on board that a proposal may lead to, U. */
  readonly onBoard: number;
}

export function personalLimits(history: History, now: Instant): PersonalLimits {
  const s = settings(history, now);
  const usual = usualBasal(history, now);
  const least = (...bounds: (number | null)[]) => Math.min(...bounds.filter((b) => b !== null));
  const bolus = least(LIMITS.bolus, s.maximumBolus, s.weight === null ? null : LIMITS.bolusPerKg * s.weight);
  return {
    bolus,
    basal: least(LIMITS.basal, s.maximumBasal, usual === null ? null : LIMITS.basalMultiple * usual),
    onBoard: LIMITS.onBoardMultiple * bolus,
  };
}

type Outcome = {
  readonly controls: readonly ControlInput[];
  readonly verdict: LimitVerdict['verdict'];
  readonly message: string;
};

/** What has happened cannot be limited; everything else can, whoever made it. */
const open = (c: ControlInput) => c.status !== 'given';
const isBolus = (c: ControlInput) => open(c) && c.control === 'insulin.bolus';
const isBasal = (c: ControlInput) => open(c) && c.control === 'insulin.basal';

function limit(
  name: string,
  title: string,
  apply: (controls: readonly ControlInput[], history: History, now: Instant) => Outcome,
): Limit {
  return {
    name,
    title,
    apply(controls, situation) {
      const { verdict, message, controls: within } = apply(controls, situation.history, situation.now);
      return { verdict: { limit: name, title, verdict, message }, controls: within };
    },
  };
}

/** Holds each open control of a kind to a bound. */
function bounded(
  controls: readonly ControlInput[],
  which: (c: ControlInput) => boolean,
  bound: number,
  words: { within: string; clipped: string },
): Outcome {
  let clipped = false;
  const within = controls.map((c) => {
    if (!which(c) || c.value.value <= bound) return c;
    clipped = true;
    return { ...c, value: { ...c.value, value: bound } };
  });
  return { controls: within, verdict: clipped ? 'clipped' : 'within', message: clipped ? words.clipped : words.within };
}

/**
 * The hard limits L1 to L6 of SPEC.md, in the order they run: after everything else, on every plan, and nothing switches them
 * off. Each is idempotent: applied to what it returned it changes nothing.
 */
export const limitsOf = (policy: GlucosePolicy): readonly Limit[] => [
  limit('sound-amounts', 'Amounts are sound', (controls) => {
    const units = { 'insulin.bolus': 'U', 'insulin.basal': 'U/h', 'meal.carbohydrate': 'g' } as const;
    const sound = (c: ControlInput) =>
      !open(c) ||
      (c.value.unit === units[c.control as keyof typeof units] &&
        c.value.value >= 0 &&
        c.value.value < Number.POSITIVE_INFINITY &&
        (c.to === undefined || c.to >= c.from));
    const within = controls.filter(sound);
    return within.length === controls.length
      ? { controls, verdict: 'within', message: 'All amounts are numbers of zero or more in the right unit.' }
      : { controls: within, verdict: 'forbidden', message: 'An amount is negative, not a number, or in a wrong unit.' };
  }),
  limit('suspend-threshold', 'No added insulin when glucose is low', (controls, history, now) => {
    const glucose = currentGlucose(history, now);
    const usual = usualBasal(history, now) ?? 0;
    const adds = (c: ControlInput) =>
      (isBolus(c) && c.value.value > 0) || (isBasal(c) && c.status === 'proposed' && c.value.value > usual);
    if (glucose === null || glucose.value >= POLICY.suspendBelow || !controls.some(adds))
      return { controls, verdict: 'within', message: `No insulin is added below ${sayGlucose(POLICY.suspendBelow)}.` };
    return {
      controls: controls.filter((c) => !adds(c)),
      verdict: 'forbidden',
      message: `Glucose is ${sayGlucose(glucose.value)}: no insulin is added below ${sayGlucose(POLICY.suspendBelow)}.`,
    };
  }),
  limit(
    'bolus-conditions',
    'Bolus only on fresh, steady readings and a full insulin record',
    (controls, history, now) => {
      const asked = controls.some((c) => isBolus(c) && c.value.value > 0);
      const against = asked ? safetyFindings(history, now, policy) : [];
      if (against.length === 0) return { controls, verdict: 'within', message: 'Nothing stands against a bolus.' };
      return {
        controls: controls.filter((c) => !(isBolus(c) && c.value.value > 0)),
        verdict: 'forbidden',
        message: against.map((f) => `${f.rule}: ${f.statement}`).join(' '),
      };
    },
  ),
  limit('maximum-bolus', 'Largest single bolus', (controls, history, now) => {
    const { bolus } = personalLimits(history, now);
    return bounded(controls, isBolus, bolus, {
      within: `No bolus is over ${sayUnits(bolus)}.`,
      clipped: `A bolus was reduced to the largest allowed, ${sayUnits(bolus)}.`,
    });
  }),
  limit('maximum-basal', 'Largest basal rate', (controls, history, now) => {
    const { basal } = personalLimits(history, now);
    return bounded(controls, (c) => isBasal(c) && c.status === 'proposed', basal, {
      within: `No proposed basal rate is over ${sayUnits(basal)} per hour.`,
      clipped: `A basal rate was reduced to the largest allowed, ${sayUnits(basal)} per hour.`,
    });
  }),
  limit('insulin-on-board', 'Largest insulin on board', (controls, history, now) => {
    const { onBoard } = personalLimits(history, now);
    const already = insulinOnBoard(history, now);
    const usual = usualBasal(history, now) ?? 0;
    let left = Math.max(0, onBoard - already);
    let clipped = false;
    const order = controls
      .filter((c) => isBolus(c) || (isBasal(c) && c.status === 'proposed'))
      .sort((a, b) => a.from - b.from);
    const value = new Map<ControlInput, number>();
    for (const c of order) {
      const hours = isBasal(c) ? ((c.to ?? c.from + HOUR * (POLICY.insulinActionMinutes / 60)) - c.from) / HOUR : 1;
      const added = isBasal(c) ? Math.max(0, c.value.value - usual) * hours : c.value.value;
      // A hundredth of a pump's smallest step of slack keeps a clipped plan from being clipped again by rounding.
      if (added > left + 5e-4) {
        clipped = true;
        value.set(c, isBasal(c) ? usual + left / hours : left);
        left = 0;
      } else left = Math.max(0, left - added);
    }
    const within = controls.flatMap((c) => {
      const reduced = value.get(c);
      if (reduced === undefined) return [c];
      return isBolus(c) && reduced === 0 ? [] : [{ ...c, value: { ...c.value, value: reduced } }];
    });
    return {
      controls: within,
      verdict: clipped ? 'clipped' : 'within',
      message: clipped
        ? `Insulin was reduced so that no more than ${sayUnits(onBoard)} are on board (${sayUnits(already)} are already).`
        : `No more than ${sayUnits(onBoard)} will be on board (${sayUnits(already)} are already).`,
    };
  }),
];
