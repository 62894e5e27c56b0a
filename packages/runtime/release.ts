import {
  type ControlInput,
  type Instant,
  isoInstant,
  type PersonAction,
  type Plan,
  type Ruling,
  type Scenario,
  type Trace,
} from '@gemel/core';
import { converter } from '@gemel/core/units';
import type { NewEntry } from '@gemel/store';
import { runtimeErrors } from './errors.data.ts';
import type { Equipped } from './fold.ts';
import { governErrors } from './govern/errors.data.ts';
import { nothingLeft } from './govern/withhold.ts';
import type { ReleaseNote } from './level.ts';
import { applyLimits } from './limits.ts';
import { basisOf, type Context, type Moment, situationOf } from './moment.ts';
import { compared, weigh } from './weigh.ts';

/** What a person's action leaves in the log. */
export interface ActionNote {
  readonly trace: string;
  readonly action: PersonAction;
  /** The plan it concerns, after limits; null for a rejection. */
  readonly plan: Plan | null;
}

/** The plan an action releases, checked against the present; null for a rejection. Nothing is marked as given by it. */
export async function releasedPlan(
  context: Context,
  trace: Trace,
  action: PersonAction,
  chosen: string | undefined,
  moment: Moment,
): Promise<Plan | null> {
  const where = { element: trace.id };
  if (action.reason.trim() === '') throw runtimeErrors.error('release-reason-missing', 'No reason was given.', where);
  if (trace.action !== null) {
    const message = `${trace.action.person} has already answered (${trace.action.kind}).`;
    throw runtimeErrors.error('release-already-acted', message, where);
  }
  if (action.kind === 'reject') return null;
  if (trace.advice.kind === 'abstain') {
    throw runtimeErrors.error('release-nothing-proposed', 'The twin proposed nothing here.', where);
  }
  if (moment.now > trace.advice.expires) {
    throw runtimeErrors.error(
      'release-expired',
      `The proposal was good until ${isoInstant(trace.advice.expires)}.`,
      where,
    );
  }
  const [kept] = nothingLeft(moment, moment.view);
  if (kept !== undefined) throw governErrors.error('govern-withheld', kept.statement, where);
  const changed = changedInputs(moment, trace);
  if (changed !== null) throw runtimeErrors.error('release-inputs-changed', changed, where);
  const situation = situationOf(moment);
  if (situation === null) {
    throw runtimeErrors.error('release-inputs-changed', 'The twin is no longer calibrated for this model.', where);
  }
  if (action.kind === 'agree') {
    const plan =
      chosen === undefined ? trace.advice.plans[0] : trace.advice.plans.find((p) => p.scenario.id === chosen);
    if (plan === undefined) throw runtimeErrors.error('release-plan-unknown', `There is no plan “${chosen}”.`, where);
    const { verdicts } = applyLimits(moment.twin.pack, plan.scenario, situation);
    const violated = verdicts.find((verdict) => verdict.verdict !== 'within');
    if (violated !== undefined) {
      throw runtimeErrors.error('release-limits-changed', `${violated.title}: ${violated.message}`, where);
    }
    return plan;
  }
  const scenario: Scenario = {
    id: `changed-${trace.id}`,
    title: `As changed by ${action.person}`,
    controls: ownControls(moment.twin, action, where),
  };
  const weighed = weigh(await basisOf(context, moment, situation.belief), situation, scenario);
  const plan = compared([weighed])[0]!;
  if (!plan.allowed) {
    const forbidding = plan.limits.find((limit) => limit.verdict === 'forbidden')!;
    throw runtimeErrors.error('release-forbidden', `${forbidding.title}: ${forbidding.message}`, where);
  }
  return plan;
}

/** The action, and the release of its plan, as entries. One action per trace: the dedupe key sees to it. */
export function actionEntries(
  trace: Trace,
  action: PersonAction,
  plan: Plan | null,
  now: Instant,
): readonly NewEntry[] {
  const base = { subject: trace.subject, trueAt: now, knownAt: now, dedupeKey: trace.id };
  const note: ActionNote = { trace: trace.id, action, plan };
  const entries: NewEntry[] = [{ ...base, id: `action-${trace.id}`, kind: 'action', payload: note }];
  if (plan !== null) {
    const { id: scenario, controls } = plan.scenario;
    const release: ReleaseNote = { trace: trace.id, pack: trace.pack.id, at: now, scenario, controls };
    entries.push({ ...base, id: `release-${trace.id}`, kind: 'release', payload: release });
  }
  return entries;
}

/**
 * Why the advice no longer rests on what is known, or null: something it rested on was corrected, withdrawn, merged or added
 * late, or a control input was given since. New observations from after the advice do not undo it; it expires instead, and
 * the limits are run again on the present.
 */
function changedInputs(moment: Moment, trace: Trace): string | null {
  const { view, twin } = moment;
  // Consent may have narrowed, or widened, what the twin sees.
  const out = (ruling: Ruling | null | undefined) => JSON.stringify(ruling?.leftOut ?? []);
  if (trace.governance !== undefined && out(trace.governance) !== out(moment.ruling)) {
    return 'What may be used of the data has changed since.';
  }
  for (const change of view.changes) {
    if (change.seq <= trace.seq) continue;
    if (change.about.length > 0 && !change.about.some(twin.lens.concerns)) continue;
    if (change.at <= trace.at) {
      const first = change.about[0];
      return first?.item === undefined || first.item === null
        ? 'Records this rested on were merged, separated or withdrawn since.'
        : `Something true at ${isoInstant(first.trueAt)} was added, corrected or withdrawn since.`;
    }
    const given = change.about.find(({ item }) => item?.kind === 'control' && item.status === 'given');
    if (given !== undefined) return `A control input was given at ${isoInstant(given.trueAt)}.`;
  }
  return null;
}

function ownControls(
  twin: Equipped,
  action: PersonAction,
  where: { readonly element: string },
): readonly ControlInput[] {
  if (action.controls === undefined) {
    throw runtimeErrors.error('release-controls-missing', 'A change was asked for without control inputs.', where);
  }
  return action.controls.map((control) => {
    const spec = twin.pack.controls.find((each) => each.control === control.control);
    if (spec === undefined) {
      const message = `${twin.pack.id} has no control input “${control.control}”.`;
      throw runtimeErrors.error('release-controls-missing', message, { ...where, field: control.control });
    }
    const unit = spec.unitAliases?.[control.value.unit] ?? control.value.unit;
    const convert = converter(unit, spec.unit, spec.molarMass === undefined ? {} : { molarMass: spec.molarMass });
    return { ...control, value: { value: convert(control.value.value), unit: spec.unit }, status: 'proposed' };
  });
}
