import { type Concept, DAY, type Fact, type Instant, type Reason, SNOMED, type Verdict } from '@gemel/core';
import { ICD10, ICD10CM } from './observe.ts';
import { POLICY } from './policy.data.ts';
import { factOf } from './settings.ts';

const isType1 = (c: Concept) =>
  has(c, SNOMED, (code) => code === '46635009') || has(c, ICD10CM, under('E10')) || has(c, ICD10, under('E10'));

/** Diabetes of another kind: type 2, gestational, secondary, other specified. */
const isOtherDiabetes = (c: Concept) =>
  has(c, SNOMED, (code) => ['44054006', '11687002', '8801005', '609561005', '237599002'].includes(code)) ||
  [ICD10CM, ICD10].some((s) =>
    has(c, s, (code) => ['E08', 'E09', 'E11', 'E12', 'E13', 'O24'].some((p) => under(p)(code))),
  );

const isPregnancy = (c: Concept) =>
  has(c, SNOMED, (code) => ['77386006', '199223000', '72892002'].includes(code)) ||
  [ICD10CM, ICD10].some((s) => has(c, s, (code) => ['O', 'Z33', 'Z34'].some((p) => under(p)(code))));

/** LOINC answers to "Pregnancy status" (82810-3), and SNOMED's. */
const PREGNANT = new Set(['77386006', 'LA15173-0']);

/**
 * Whether the type 1 model may speak of a person (rule S10): type 1 diabetes, two years or older and of an age the published
 * cohort reaches, not pregnant. What is not recorded is said, not assumed.
 */
export function applicability(facts: readonly Fact[]): Verdict {
  const now = Math.max(...facts.map((f) => f.trueAt), ...facts.map((f) => f.knownAt)) as Instant;
  const verdicts: { applies: Verdict['applies']; reason: Reason }[] = [];
  const say = (applies: Verdict['applies'], code: string, statement: string) =>
    verdicts.push({ applies, reason: { code, statement } });

  const conditions = facts.flatMap((f) => (f.fact === 'condition' && f.until === undefined ? [conceptOf(f)] : []));
  const present = conditions.filter((c) => c !== null);
  if (present.some(isOtherDiabetes))
    say(
      'no',
      'not-type-1',
      'Diabetes other than type 1 is recorded. The pack simulates type 2 and normal physiology (Dalla Man 2007) but gives no forecast or advice for them.',
    );
  else if (present.some(isType1)) say('yes', 'type-1', 'Type 1 diabetes is recorded.');
  else
    say('unknown', 'diabetes-type-unknown', 'The type of diabetes is not recorded; the model speaks of type 1 only.');

  const years = ageInYears(facts, now);
  if (years === null)
    say('unknown', 'age-unknown', 'The date of birth is not recorded; the model is not for children under two.');
  else if (years < POLICY.age.never)
    say('no', 'age-under-two', 'Children under two years are outside the model’s population.');
  else if (years < POLICY.age.from || years > POLICY.age.to)
    say(
      'unknown',
      'age-outside-cohort',
      `At ${Math.floor(years)} years the person is outside the published cohort (7 to 68 years).`,
    );
  else say('yes', 'age-within-cohort', 'The age is within the published cohort.');

  if (pregnant(facts, present, now)) say('no', 'pregnancy', 'Pregnancy is recorded; the model does not describe it.');
  else if (factOf(facts, 'pregnancy', now) === null && sexOf(facts, now) !== 'male')
    say('yes', 'pregnancy-not-recorded', 'Pregnancy is not recorded; the model does not describe it.');

  const applies = verdicts.some((v) => v.applies === 'no')
    ? 'no'
    : verdicts.some((v) => v.applies === 'unknown')
      ? 'unknown'
      : 'yes';
  return { applies, reasons: verdicts.map((v) => v.reason) };
}

/** Age at `now` in years; null where no readable birth date is recorded. */
export function ageInYears(facts: readonly Fact[], now: Instant): number | null {
  const fact = factOf(facts, 'birthDate', now);
  if (fact === null) return null;
  // A birth date is an ISO date, perhaps of year or month only; its fact is true from birth.
  const text = typeof fact.value === 'string' ? /^\d{4}(-\d{2}(-\d{2})?)?/.exec(fact.value)?.[0] : undefined;
  const birth =
    text === undefined
      ? Number.NaN
      : Date.parse(text.length === 4 ? `${text}-07-01` : text.length === 7 ? `${text}-15` : text);
  return Number.isFinite(birth) && Number.isFinite(now) ? (now - birth) / (365.25 * DAY) : null;
}

function pregnant(facts: readonly Fact[], conditions: readonly Concept[], now: Instant): boolean {
  if (conditions.some(isPregnancy)) return true;
  const fact = factOf(facts, 'pregnancy', now);
  if (fact === null) return false;
  if (fact.value === true || fact.value === 'pregnant') return true;
  return conceptOf(fact)?.codings.some((c) => PREGNANT.has(c.code)) ?? false;
}

function sexOf(facts: readonly Fact[], now: Instant): string | null {
  const value = factOf(facts, 'sex', now)?.value;
  if (typeof value === 'string') return value;
  return typeof value === 'object' && 'codings' in value ? (value.codings[0]?.code ?? null) : null;
}

/** The condition a fact states: its value where that is coded, else its code. */
function conceptOf(fact: Fact): Concept | null {
  return typeof fact.value === 'object' && 'codings' in fact.value ? fact.value : fact.code;
}

function has(concept: Concept, system: string, matches: (code: string) => boolean): boolean {
  return concept.codings.some((c) => c.system === system && matches(c.code));
}

function under(prefix: string): (code: string) => boolean {
  return (code) => code.startsWith(prefix);
}
