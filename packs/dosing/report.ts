import { columns, figure, list, paragraph, table } from '@gemel/charts/html-report';
import type { Lane } from '@gemel/charts/lanes';
import { localTime, shown } from '@gemel/charts/scales';
import { type Fan, fanOf, type ObservedPoint, timeline } from '@gemel/charts/timeline';
import {
  type ControlInput,
  HOUR,
  type Instant,
  instant,
  isBounded,
  isQuantity,
  type Plan,
  type Scalar,
  type Trajectory,
  writtenUnit,
} from '@gemel/core';
import type { ReportBasis, ReportPart } from '@gemel/runtime/pack';
import type { Drug } from './drug.ts';
import { sayTarget } from './forecast.ts';
import { isDose, isLevel, isRate } from './record.ts';
import { viewOf } from './view.ts';

/** Plans, doses and levels listed: what fits one sheet. */
const PLANS = 4;
const DOSES = 6;
const LEVELS = 6;
/** Hours of the course beside the forecast where nothing was given before them. */
const PAST_HOURS = 48;

/**
 * A drug's telling of a twin, on one sheet: what is proposed, within which limits and why; the course with its bands, doses and
 * levels; what was learnt of the person; exposure and attainment; which models spoke.
 */
export function sectionsOf(drug: Drug) {
  return (basis: ReportBasis): readonly ReportPart[] => [
    { title: 'Proposal', html: proposalHtml(drug, basis) },
    { title: 'Course', html: courseHtml(drug, basis) },
    {
      title: '',
      html: columns(
        `<h2>Doses</h2>${dosesHtml(basis)}`,
        `<h2>Levels</h2>${levelsHtml(drug, basis)}`,
        `<h2>Individual parameters</h2>${parametersHtml(basis)}${exposureHtml(drug, basis)}`,
      ),
    },
    ...(basis.models.length > 0 ? [{ title: 'Models', html: modelsHtml(basis) }] : []),
  ];
}

function say(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? '–' : String(Number(value.toPrecision(3)));
}

function percent(share: number | undefined): string {
  return share === undefined ? '–' : `${Math.round(100 * share)} %`;
}

const quantile = (of: Scalar, level: number) => of.quantiles[of.levels.indexOf(level)];

/** Day and clock, without the year: the sheet bears it. */
function shortTime(at: Instant, offset: number): string {
  return localTime(at, offset).slice(5, 16);
}

function proposalHtml(drug: Drug, { trace, missing, models, zoneOffset }: ReportBasis): string {
  if (trace === null) {
    const withheld =
      missing.length === 0
        ? []
        : [paragraph('A forecast is withheld:', 'note'), list(missing.map(({ statement }) => statement))];
    return [paragraph('No proposal was asked for.'), ...withheld].join('');
  }
  const { advice } = trace;
  const until = advice.kind === 'advise' ? ` It stands until ${shortTime(advice.expires, zoneOffset)}.` : '';
  // What the tables tell of plans and models is not said again.
  const told = new Set(models.flatMap((model) => model.reasons.map(({ statement }) => statement)));
  const reasons = advice.reasons
    .filter(({ code, statement }) => code !== 'attainment' && !told.has(statement))
    .map(({ statement }) => statement);
  const next = (advice.measurements ?? []).filter(({ scenario }) => scenario === advice.plans[0]?.scenario.id);
  const times = next.map(({ from, to }) => `${shortTime(from, zoneOffset)} to ${shortTime(to, zoneOffset).slice(-5)}`);
  const why = [...new Set(next.map(({ reason }) => reason))].join(' ');
  return [
    paragraph(`${advice.statement}${until}`, advice.kind === 'abstain' ? 'note' : 'plain'),
    ...advice.advisories.map(({ statement }) => paragraph(statement, 'warning')),
    plansTable(drug, advice.plans),
    list([
      ...(next.length === 0 ? [] : [`Next: ${next[0]!.title}, ${times.join(' and ')}. ${why}`]),
      ...new Set(reasons),
    ]),
    paragraph('A proposal is a draft for a person to agree to, change or reject.', 'note'),
  ].join('');
}

function plansTable(drug: Drug, plans: readonly Plan[]): string {
  if (plans.length === 0) return '';
  const [target] = drug.targets;
  const rows = plans.slice(0, PLANS).map((plan) => {
    const reached = plan.forecast.quantities[target.id] as Scalar;
    const at = (level: number) => say(quantile(reached, level));
    const limited = plan.limits.filter(({ verdict }) => verdict !== 'within').map(({ message }) => message);
    return [
      plan.scenario.title,
      `${at(0.5)} (${at(0.05)} to ${at(0.95)})`,
      percent(reached.events.attained),
      target.high === undefined ? '–' : percent(reached.events.high),
      percent(plan.probabilityBest),
      limited.join(' ') || 'within all',
    ];
  });
  return table(
    {
      caption: `Options weighed, the proposed one first${plans.length > PLANS ? `; ${plans.length - PLANS} more in the trace` : ''}.`,
      columns: [
        'Option',
        `${target.title}, ${writtenUnit(target.unit)} (90 %)`,
        `Chance of ${sayTarget(target)}`,
        'Above',
        'Best',
        'Limits',
      ],
      rows,
    },
    true,
  );
}

const courseOf = (plan: Pick<Plan, 'forecast'>) => plan.forecast.quantities.concentration as Trajectory;

function courseHtml(drug: Drug, basis: ReportBasis): string {
  const { forecast, trace, history, now, past } = basis;
  if (forecast === null)
    return [paragraph('No forecast is given.', 'note'), list(basis.missing.map((m) => m.statement))].join('');
  const plans = trace?.advice.kind === 'advise' ? trace.advice.plans : [];
  const [best] = plans;
  const proposed = best !== undefined && best.scenario.controls.length > 0 ? best : null;
  const first = history.controls.find((each) => each.from > now - viewOf(drug).windows[0].past * HOUR)?.from ?? now;
  const from = instant(Math.min(first, now - PAST_HOURS * HOUR));
  const view = viewOf(drug);
  const [unit] = view.units;
  const planned = forecast.quantities.concentration as Trajectory;
  const fans: Fan[] = [
    ...(past === null ? [] : [{ ...fanOf(past, 'Past', '--gm-arm-1'), explained: false }]),
    fanOf(planned, 'As planned', '--gm-arm-1'),
    ...(proposed === null ? [] : [fanOf(courseOf(proposed), proposed.scenario.title, '--gm-arm-2')]),
  ];
  const observed = levels(basis).filter(({ at }) => at >= from);
  const chart = timeline({
    id: 'report-course',
    title: view.noun,
    from,
    to: forecast.horizon.to,
    now,
    offset: basis.zoneOffset,
    display: { unit: writtenUnit(unit.unit), factor: 1, decimals: unit.decimals },
    quantity: view.noun,
    covers: [0, view.band?.to ?? 0],
    joinedMinutes: 0,
    observed,
    fans,
    ...(view.band === undefined ? {} : { band: { from: view.band.from, to: view.band.to, label: view.band.title } }),
    outOfRange: forecast.outOfRange,
    lanes: lanes(drug, [...history.controls, ...(proposed?.scenario.controls ?? [])]),
    width: 1040,
    plotHeight: 120,
  });
  return figure(chart);
}

function lanes(drug: Drug, controls: readonly ControlInput[]): Lane[] {
  const rates = controls.filter(isRate);
  const lane = (title: string, unit: string, kind: Lane['kind'], own: readonly ControlInput[]): Lane => ({
    title,
    unit,
    decimals: drug.regimens.step < 1 ? 2 : 0,
    colour: kind === 'marks' ? '--gm-bolus' : '--gm-basal',
    kind,
    items: own.map(({ from, to, value, status }) => ({
      from,
      ...(to === undefined ? {} : { to }),
      value: value.value,
      status,
    })),
  });
  return [
    lane('Doses', 'mg', 'marks', controls.filter(isDose)),
    ...(rates.length > 0 ? [lane('Rate', 'mg/h', 'steps', rates)] : []),
  ];
}

function levels({ history }: ReportBasis): ObservedPoint[] {
  return history.observations.flatMap(({ signal, trueAt, value, grade }): ObservedPoint[] => {
    if (!isLevel({ signal })) return [];
    const poor = grade === 'poor';
    if (isBounded(value)) return [{ at: trueAt, value: value.bound.value, bound: value.kind, poor }];
    return isQuantity(value) ? [{ at: trueAt, value: value.value, bound: null, poor }] : [];
  });
}

/** Exposure and attainment as planned, of targets that the options’ table does not show. */
function exposureHtml(drug: Drug, { forecast, trace }: ReportBasis): string {
  if (forecast === null) return paragraph('Exposure is not foretold.', 'note');
  const targets = trace !== null && trace.advice.plans.length > 0 ? drug.targets.slice(1) : drug.targets;
  if (targets.length === 0) return '';
  const rows = targets.map((target) => {
    const of = forecast.quantities[target.id] as Scalar;
    const at = (level: number) => say(quantile(of, level));
    const aim = sayTarget(target);
    return [target.title, `${at(0.5)} (${at(0.05)} to ${at(0.95)})`, aim, percent(of.events.attained)];
  });
  return table({
    caption: 'Exposure as planned: median with 90 % interval.',
    columns: ['Quantity', 'Foretold', 'Aimed at', 'Chance'],
    rows,
  });
}

function parametersHtml({ posterior, calibration }: ReportBasis): string {
  if (posterior.length === 0) return paragraph('Not calibrated: only the population is known.', 'note');
  const rows = posterior.map((row) => [
    `${row.title.slice(0, 1).toUpperCase()}${row.title.slice(1)}, ${writtenUnit(row.unit)}`,
    `${say(row.median)} (${say(row.low)} to ${say(row.high)})`,
    percent(row.shrinkage),
  ]);
  const doubts = calibration.filter(({ standing }) => standing === 'doubtful').map(({ statement }) => statement);
  return [
    table({
      caption: 'Median, 90 % interval; what is left of the population’s spread.',
      columns: ['Parameter', 'Value', 'Spread left'],
      rows,
    }),
    list(doubts),
  ].join('');
}

function dosesHtml({ history, zoneOffset, now }: ReportBasis): string {
  const given = history.controls.filter(({ status, from }) => status === 'given' && from <= now);
  const earlier = given.length - DOSES;
  const rows = given.slice(-DOSES).map(({ from, to, value }) => {
    const length = to === undefined ? 0 : (to - from) / HOUR;
    return [
      shortTime(from, zoneOffset),
      `${say(value.value)} ${value.unit}`,
      length > 0 ? `${say(length)} h` : 'at once',
    ];
  });
  const caption = earlier > 0 ? `The last ${DOSES}; ${earlier} were given before.` : 'All that is on record.';
  return table({ caption, columns: ['Begun', 'Dose', 'Length'], rows });
}

/** Each level beside what the twin, having seen it, believes was there. */
function levelsHtml(drug: Drug, basis: ReportBasis): string {
  const all = levels(basis);
  if (all.length === 0) return paragraph('None is on record: the forecast is the population’s.', 'note');
  const { past, zoneOffset } = basis;
  const [unit] = viewOf(drug).units;
  const rows = all.slice(-LEVELS).map(({ at, value, bound }) => {
    const sign = bound === null || bound === undefined ? '' : bound === 'below' ? '< ' : '> ';
    const measured = `${sign}${shown(value, { factor: 1, decimals: unit.decimals })}`;
    return [shortTime(at, zoneOffset), measured, past === null ? '–' : believedAt(past, at)];
  });
  const caption = `${writtenUnit(unit.unit)}; believed: median, 90 % interval.`;
  return table({ caption, columns: ['Drawn', 'Measured', 'Believed'], rows });
}

function believedAt(past: Trajectory, at: Instant): string {
  const i = past.times.findLastIndex((time) => time <= at);
  if (i < 0) return '–';
  const quantileAt = (level: number) => say(past.quantiles[past.levels.indexOf(level)]?.[i]);
  return `${quantileAt(0.5)} (${quantileAt(0.05)} to ${quantileAt(0.95)})`;
}

function modelsHtml({ models }: ReportBasis): string {
  const spoke = models.filter(({ used }) => used);
  const compared = spoke.find(({ values }) => values.length > 0)?.values[0];
  const rows = spoke.map((model) => {
    const [value] = model.values;
    const found =
      value === undefined || value.median === null
        ? '–'
        : `${say(value.median)} (${say(value.low ?? undefined)} to ${say(value.high ?? undefined)})`;
    return [
      model.population,
      model.title,
      model.weight === null ? '–' : percent(model.weight),
      ...(compared === undefined ? [] : [say(value?.expected), found]),
    ];
  });
  const named = compared === undefined ? [] : [`${compared.title} expected, ${compared.unit}`, 'Found (90 %)'];
  const told = models.flatMap(({ reasons }) => reasons.map(({ statement }) => statement));
  return [
    spoke.length === 0
      ? ''
      : table(
          { caption: 'Those that speak, by weight.', columns: ['Made from', 'Model', 'Weight', ...named], rows },
          true,
        ),
    told.length === 0 ? '' : paragraph(told.join(' ')),
  ].join('');
}
