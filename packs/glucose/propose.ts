import { type ControlInput, MINUTE, type Plan, type Scenario } from '@gemel/core';
import type { Situation } from '@gemel/runtime/pack';
import type { GlucoseState } from './dynamics.ts';
import { identifiedLimits } from './identified.ts';
import { controlInput, insulinOnBoard, usualBasal } from './insulin.ts';
import { personalLimits } from './limits.ts';
import { POLICY } from './policy.data.ts';
import { currentGlucose, type GlucosePolicy, safetyFindings } from './safety.ts';
import { settings } from './settings.ts';
import { sayMinutes, sayUnits } from './words.ts';

/** What can be turned: a bolus now, and basal insulin at a multiple of the usual rate for some minutes from now. */
interface Knobs {
  /** U, in steps of a pump. */
  readonly bolus: number;
  readonly basal: number;
  readonly minutes: number;
}

const AS_PLANNED: Knobs = { bolus: 0, basal: 1, minutes: 60 };
/** Smallest changes worth weighing: a tenth of a unit, an eighth of the basal rate. */
const FINEST = { bolus: 0.1, basal: 0.125 };
/** Pumps deliver in twentieths of a unit. */
const PUMP_STEP = 0.05;
/** Rounds of refinement stop here whatever they find. */
const MOST_PLANS = 36;
/** Largest multiple of the usual basal rate weighed. */
const MOST_MULTIPLE = 2;
/** Usual target of bolus calculators, mg/dL. */
const CORRECT_TO = 120;

/**
 * Candidate scenarios for a model-predictive controller. First "as planned", suspensions of basal insulin, other temporary
 * rates, and boluses where no safety rule stands against one; then, round by round, the neighbours of the best plan so far at
 * half the distance, until the steps are finer than a person would act on. Returns none when there is nothing left to weigh.
 */
export function propose(
  situation: Situation<GlucoseState>,
  weighed: readonly Plan[],
  policy: GlucosePolicy,
): readonly Scenario[] {
  const room = roomOf(situation, policy);
  if (weighed.length === 0) return first(situation, room).map((k) => scenarioOf(situation, room, k));
  if (weighed.length >= MOST_PLANS || room.basal === null) return [];
  const best = weighed
    .filter((p) => p.allowed)
    .reduce<Plan | null>((b, p) => (b === null || p.total > b.total ? p : b), null);
  if (best === null) return [];
  const known = weighed.map((p) => knobsOf(p.scenario));
  const seen = new Set(weighed.map((p) => p.scenario.id));
  return neighbours(knobsOf(best.scenario), known, room)
    .map((k) => scenarioOf(situation, room, k))
    .filter((s) => !seen.has(s.id) && seen.add(s.id));
}

/** What may be varied now. */
interface Room {
  /** Most insulin a proposal may add, U: a bolus, and basal insulin over the usual rate. */
  readonly added: number;
  /** Whether a bolus may be proposed at all. */
  readonly bolus: boolean;
  /** Usual basal rate, U/h; null where unknown. */
  readonly basal: number | null;
  /** Largest multiple of it. */
  readonly multiple: number;
}

function roomOf(situation: Situation<GlucoseState>, policy: GlucosePolicy): Room {
  const { history, now, applicability } = situation;
  const findings = safetyFindings(history, now, policy);
  const silent = applicability.applies !== 'yes' || findings.some((f) => f.stops === 'advice');
  const stopped = findings.length > 0;
  const limits = personalLimits(history, now);
  const glucose = currentGlucose(history, now);
  const due = (glucose !== null && glucose.value > POLICY.correction.above) || mealNow(situation) > 0;
  const calculated = calculator(situation);
  const { multiple, leastUnits } = POLICY.calculator;
  const bounds = [
    limits.bolus,
    identifiedLimits(history, now).bolus ?? 0,
    limits.onBoard - insulinOnBoard(history, now),
    calculated === null ? limits.bolus : Math.max(leastUnits, multiple * calculated),
  ];
  const added = silent || stopped ? 0 : Math.max(0, Math.min(...bounds));
  const basal = silent ? null : usualBasal(history, now);
  const most = basal ? Math.min(MOST_MULTIPLE, limits.basal / basal, 1 + added / basal) : 1;
  return { added, bolus: due && added > 0, basal, multiple: Math.max(1, most) };
}

/** Whether a plan adds no more insulin than there is room for. */
function fits({ bolus, basal, minutes }: Knobs, room: Room): boolean {
  const extra = Math.max(0, basal - 1) * (room.basal ?? 0) * (minutes / 60);
  return (
    bolus >= 0 &&
    basal >= 0 &&
    basal <= room.multiple &&
    (bolus === 0 || room.bolus) &&
    bolus + extra <= room.added + 1e-9
  );
}

function first(situation: Situation<GlucoseState>, room: Room): Knobs[] {
  const options: Knobs[] = [AS_PLANNED];
  if (room.basal !== null && room.basal > 0) {
    // Longer than 90 min the published equations let glucose rise too fast; the next reading can prolong a suspension.
    for (const minutes of [30, 60, 90]) options.push({ bolus: 0, basal: 0, minutes });
    options.push({ bolus: 0, basal: 0.5, minutes: 60 });
    if (room.multiple > 1) options.push({ bolus: 0, basal: Math.min(1.5, room.multiple), minutes: 60 });
  }
  const sizes = [room.added / 8, room.added / 4, room.added / 2, room.added, calculator(situation) ?? 0].map(pumpStep);
  for (const bolus of new Set(sizes)) if (bolus > 0) options.push({ ...AS_PLANNED, bolus });
  return options.filter((k) => fits(k, room));
}

/**
 * What a bolus calculator would give, U: carbohydrate recorded about now over the ratio, plus the correction to 120 mg/dL, less
 * insulin on board; null where ratio or factor is not recorded.
 */
function calculator(situation: Situation<GlucoseState>): number | null {
  const { history, now } = situation;
  const { carbohydrateRatio, correctionFactor } = settings(history, now);
  const glucose = currentGlucose(history, now);
  if (carbohydrateRatio === null || correctionFactor === null || glucose === null) return null;
  const units = mealNow(situation) / carbohydrateRatio + (glucose.value - CORRECT_TO) / correctionFactor;
  return Math.max(0, units - insulinOnBoard(history, now));
}

/** Carbohydrate recorded or planned about now, g. */
function mealNow({ history, now }: Situation<GlucoseState>): number {
  return history.controls
    .filter((c) => c.control === 'meal.carbohydrate' && c.status !== 'proposed')
    .filter((c) => Math.abs(c.from - now) <= POLICY.correction.mealMinutes * MINUTE)
    .reduce((s, c) => s + c.value.value, 0);
}

/** Plans one step from the best along each knob, at half the distance to the nearest one weighed. */
function neighbours(best: Knobs, known: readonly Knobs[], room: Room): Knobs[] {
  const half = (distances: number[], widest: number) => Math.min(widest, ...distances.filter((d) => d > 1e-9)) / 2;
  const sameBasal = known.filter((k) => k.basal === best.basal && k.minutes === best.minutes);
  const sameBolus = known.filter((k) => k.bolus === best.bolus && k.minutes === best.minutes);
  const bolusStep = half(
    sameBasal.map((k) => Math.abs(k.bolus - best.bolus)),
    room.added,
  );
  const basalStep = half(
    sameBolus.map((k) => Math.abs(k.basal - best.basal)),
    1,
  );
  const found: Knobs[] = [];
  for (const side of [-1, 1]) {
    if (bolusStep >= FINEST.bolus) found.push({ ...best, bolus: pumpStep(best.bolus + side * bolusStep) });
    if (basalStep >= FINEST.basal) found.push({ ...best, basal: Number((best.basal + side * basalStep).toFixed(4)) });
  }
  return found.filter((k) => fits(k, room));
}

function pumpStep(units: number): number {
  return Number((Math.floor(units / PUMP_STEP + 1e-9) * PUMP_STEP).toFixed(2));
}

/** The knobs are written into a scenario's id, so that a plan says where it lies. */
const ID = /^bolus-(?<bolus>[\d.]+)-basal-(?<basal>[\d.]+)-for-(?<minutes>\d+)$/;

function knobsOf(scenario: Scenario): Knobs {
  const parts = ID.exec(scenario.id)?.groups;
  if (parts === undefined) return AS_PLANNED;
  return { bolus: Number(parts.bolus), basal: Number(parts.basal), minutes: Number(parts.minutes) };
}

function scenarioOf(situation: Situation<GlucoseState>, room: Room, knobs: Knobs): Scenario {
  const { bolus, basal, minutes } = knobs;
  if (bolus === 0 && basal === 1) return { id: 'as-planned', title: 'As planned', controls: [] };
  const { now, history } = situation;
  const controls: ControlInput[] = [];
  if (bolus > 0) controls.push(controlInput(history.subject, 'insulin.bolus', bolus, now, now, 'proposed'));
  if (basal !== 1) {
    const until = (now + minutes * MINUTE) as typeof now;
    const rate = Number((basal * room.basal!).toFixed(3));
    controls.push(controlInput(history.subject, 'insulin.basal', rate, now, now, 'proposed', until));
  }
  return { id: `bolus-${bolus}-basal-${basal}-for-${minutes}`, title: titleOf(knobs), controls };
}

function titleOf({ bolus, basal, minutes }: Knobs): string {
  const words: string[] = [];
  if (bolus > 0) words.push(`bolus of ${sayUnits(bolus)} now`);
  if (basal === 0) words.push(`basal insulin suspended for ${sayMinutes(minutes)}`);
  else if (basal !== 1) words.push(`basal insulin at ${Math.round(basal * 100)} % for ${sayMinutes(minutes)}`);
  const title = words.join(', ');
  return title.charAt(0).toUpperCase() + title.slice(1);
}
