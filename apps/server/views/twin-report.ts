import {
  facts,
  fanOf,
  figure,
  htmlReport,
  type Lane,
  list,
  localTime,
  type ObservedPoint,
  paragraph,
  type ReportSection,
  type ThemeColour,
  table,
  timeline,
} from '@gemel/charts';
import {
  type ControlInput,
  DAY,
  type Fact,
  type Forecast,
  HOUR,
  type Instant,
  instant,
  isBounded,
  isQuantity,
  type LossAccount,
  MINUTE,
  type PosteriorSummary,
  type Trace,
  type Trajectory,
  valueText,
} from '@gemel/core';
import {
  type CalibrationStatement,
  type ControlSpec,
  type History,
  type Hub,
  type ModelRow,
  type PackReport,
  viewOf,
  type Withheld,
} from '@gemel/runtime';

/** What a twin report shows; everything is given, nothing is computed anew but the pack's own report parts. */
export interface TwinReport {
  readonly pack: Hub['packs'][number];
  readonly subject: string;
  readonly now: Instant;
  readonly history: History;
  readonly facts: readonly Fact[];
  readonly level: string;
  readonly forecast: Forecast | Withheld;
  readonly posterior: readonly PosteriorSummary[];
  readonly calibration: readonly CalibrationStatement[];
  readonly trace: Trace | null;
  readonly past: Trajectory | null;
  readonly models: readonly ModelRow[];
  readonly accounts: readonly LossAccount[];
  /** Local offset east of UTC, minutes. */
  readonly zoneOffset: number;
  /** Unit values are shown in, where the pack's report parts offer a choice. */
  readonly unit: string;
  readonly sha256: (text: string) => string;
}

/** The report as one self-contained HTML page, and the numbers of the pack's report parts. */
export function twinReport(report: TwinReport): {
  readonly html: string;
  readonly numbers: Readonly<Record<string, number>>;
} {
  const { pack, subject, now, history } = report;
  const parts = (pack.reports ?? []).map((part: PackReport) => ({
    title: part.title,
    ...part.render(history, { zoneOffset: report.zoneOffset, unit: report.unit }),
  }));
  const { oneSheet = false } = viewOf(pack);
  const numbers = Object.assign({}, ...parts.map((part) => part.numbers));
  const forecast = report.forecast.kind === 'forecast' ? report.forecast : null;
  const told: readonly ReportSection[] =
    pack.sections?.({
      ...report,
      forecast,
      missing: report.forecast.kind === 'withheld' ? report.forecast.missing : [],
    }) ?? generic(report);
  const sections: ReportSection[] = [
    { title: 'Who and what', html: whoAndWhat(report) },
    ...told,
    ...parts.map((part) => ({ title: part.title, html: part.html, newPage: true })),
    ...(report.accounts.length > 0 && !(oneSheet && nothingLost(report.accounts))
      ? [{ title: 'What became of the records', html: losses(report.accounts), newPage: true, long: true }]
      : []),
  ];
  const html = htmlReport({
    oneSheet,
    title: `${pack.title}: ${nameOf(report)}`,
    subtitle: `As of ${localTime(now, report.zoneOffset)}`,
    sections,
    provenance: [
      ['Subject', subject],
      ['Pack', `${pack.id} ${pack.version}`],
      ['Intended use', pack.intendedUse],
      ['Not for', pack.notFor.join('; ')],
      ...(forecast
        ? ([
            ['Model', forecast.modelHash],
            ['Forecast', forecast.hash],
          ] as const)
        : []),
      ...(report.trace ? ([['Decision trace', report.trace.hash]] as const) : []),
      ...report.accounts.map((account) => [account.source, `${takenIn(account)}; SHA-256 ${account.sha256}`] as const),
    ],
    contentHash: report.sha256(sections.map((section) => `${section.title}\n${section.html}`).join('\n')),
  });
  return { html, numbers };
}

/** Advice, forecast and calibration in words that fit any pack. */
function generic(report: TwinReport): ReportSection[] {
  return [
    { title: 'Advice', html: advice(report.trace) },
    { title: 'Forecast', html: forecastPart(report) },
    ...(report.posterior.length > 0 ? [{ title: 'Calibration', html: calibration(report) }] : []),
  ];
}

function nameOf(report: TwinReport): string {
  const name = report.facts.find((fact) => fact.fact === 'name')?.value;
  return typeof name === 'string' ? name : report.subject;
}

function whoAndWhat(report: TwinReport): string {
  const { history, pack, now } = report;
  const first = history.observations[0];
  const last = history.observations.at(-1);
  const verdict = pack.applicability(history.facts);
  const local = (at: Instant) => localTime(at, report.zoneOffset);
  // What the comparison of models tells is not said again.
  const told = new Set(report.models.flatMap(({ reasons }) => reasons.map(({ statement }) => statement)));
  const newest = new Map(report.facts.filter((fact) => fact.fact !== 'name').map((fact) => [fact.fact, fact]));
  const known = [...newest].map(([name, fact]) => [factTitle(name), factText(fact, local)] as const);
  // Both with the same offset: it is said once.
  const span = first && last ? `${local(first.trueAt).slice(0, 16)} to ${local(last.trueAt)}` : 'none';
  const age = last ? `${ageText(now - last.trueAt)} before this report` : '–';
  const counts = [
    ['Observations', String(history.observations.length)],
    ['From, to', span],
    ['Control inputs', String(history.controls.length)],
  ] as const;
  return [
    facts([
      ['Level', report.level],
      ...(viewOf(pack).oneSheet ? [] : counts),
      ['Last observation', age],
      ['The model applies', verdict.applies],
      ...known,
    ]),
    list(verdict.reasons.map((reason) => reason.statement).filter((statement) => !told.has(statement))),
  ].join('\n');
}

/** A fact's name in words: `body.weight` is "Weight", `birthDate` "Birth date". */
function factTitle(name: string): string {
  const words = name
    .replace(/^(?:body|therapy)\./, '')
    .replaceAll(/[.-]/g, ' ')
    .replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.slice(0, 1).toUpperCase() + words.slice(1);
}

/** Minutes, hours beyond two of them, days beyond two of those. */
function ageText(ms: number): string {
  if (ms < 2 * HOUR) return `${Math.round(ms / MINUTE)} min`;
  return ms < 2 * DAY ? `${Math.round(ms / HOUR)} h` : `${Math.round(ms / DAY)} d`;
}

/** A fact in words; what merely happened, by when it did. */
function factText({ value, trueAt }: Fact, local: (at: Instant) => string): string {
  return value === true ? local(trueAt) : valueText(value);
}

function advice(trace: Trace | null): string {
  if (!trace) return paragraph('No advice was asked for.');
  const { advice: given } = trace;
  const said = given.kind === 'abstain' ? `The twin abstains (${given.code}). ${given.statement}` : given.statement;
  const plans = given.plans.map((plan) => [
    plan.scenario.title,
    plan.allowed ? 'yes' : 'no',
    plan.total.toFixed(3),
    `${Math.round(plan.probabilityBest * 100)} %`,
    plan.limits
      .filter((limit) => limit.verdict !== 'within')
      .map((limit) => limit.message)
      .join('; '),
  ]);
  const columns = ['Plan', 'Allowed', 'Total reward', 'Probability best', 'Limits'];
  return [
    paragraph(said, given.kind === 'abstain' ? 'note' : 'plain'),
    list(given.reasons.map((reason) => reason.statement)),
    ...given.advisories.map((advisory) => paragraph(advisory.statement, 'warning')),
    ...(plans.length > 0 ? [table({ caption: 'Plans compared, best first', columns, rows: plans })] : []),
    paragraph('A proposal is a draft. A person decides.', 'note'),
  ].join('\n');
}

const LANE_COLOURS: readonly ThemeColour[] = ['--gm-bolus', '--gm-basal', '--gm-meal', '--gm-arm-3'];

function forecastPart(report: TwinReport): string {
  const { forecast } = report;
  if (forecast.kind === 'withheld') {
    return [paragraph('The forecast is withheld.', 'note'), list(forecast.missing.map((part) => part.statement))].join(
      '\n',
    );
  }
  const out: string[] = [];
  for (const quantity of Object.values(forecast.quantities)) {
    if (quantity.kind !== 'trajectory') continue;
    const score = report.pack.scores.find((candidate: { quantity: string }) => candidate.quantity === quantity.name);
    const from = instant(report.now - 6 * HOUR);
    out.push(
      figure(
        timeline({
          id: `forecast-${quantity.name.replaceAll(/[^a-z0-9]/gi, '-')}`,
          title: quantity.title,
          from,
          to: forecast.horizon.to,
          now: report.now,
          offset: report.zoneOffset,
          display: { unit: quantity.unit, factor: 1, decimals: decimalsFor(quantity.mean) },
          quantity: quantity.title,
          covers: [Math.min(...quantity.mean), Math.max(...quantity.mean)],
          observed: score === undefined ? [] : points(report.history, score.signal, from),
          fans: [fanOf(quantity, forecast.scenario.title, '--gm-arm-1')],
          outOfRange: forecast.outOfRange,
          lanes: lanes(report, from),
        }),
      ),
    );
  }
  const numbers = Object.values(forecast.quantities).flatMap((quantity) => {
    if (quantity.kind !== 'scalar') return [];
    const at = (level: number) => quantity.quantiles[quantity.levels.indexOf(level)]?.toPrecision(4) ?? '–';
    return [[quantity.title, at(0.5), `${at(0.05)} to ${at(0.95)}`, quantity.unit]];
  });
  if (numbers.length > 0)
    out.push(
      table({ caption: 'Quantities of interest', columns: ['Quantity', 'Median', '90 %', 'Unit'], rows: numbers }),
    );
  out.push(...forecast.outOfRange.map((stretch) => paragraph(stretch.message, 'warning')));
  return out.join('\n');
}

function decimalsFor(values: readonly number[]): number {
  const size = Math.max(...values.map(Math.abs));
  return size >= 50 ? 0 : size >= 5 ? 1 : 2;
}

function points(history: History, signal: string, from: Instant): ObservedPoint[] {
  return history.observations.flatMap((observation) => {
    const { value, signal: own, trueAt, grade } = observation;
    if (own !== signal || trueAt < from) return [];
    const poor = grade === 'poor';
    if (isBounded(value)) return [{ at: trueAt, value: value.bound.value, bound: value.kind, poor }];
    return isQuantity(value) ? [{ at: trueAt, value: value.value, poor }] : [];
  });
}

function lanes(report: TwinReport, from: Instant): Lane[] {
  return report.pack.controls.flatMap((spec: ControlSpec, i: number): Lane[] => {
    const own = report.history.controls.filter(
      (control: ControlInput) => control.control === spec.control && (control.to ?? control.from) >= from - DAY,
    );
    if (own.length === 0) return [];
    return [
      {
        title: spec.title.split(' ')[0]!,
        unit: spec.unit,
        decimals: 1,
        colour: LANE_COLOURS[i % LANE_COLOURS.length]!,
        kind: spec.unit.includes('/') ? 'steps' : 'marks',
        items: own.map(({ from: start, to, value, status }) => ({
          from: start,
          ...(to !== undefined && { to }),
          value: value.value,
          status,
        })),
      },
    ];
  });
}

function calibration({ posterior, calibration: said }: TwinReport): string {
  const rows = posterior.map((p) => [
    p.title,
    p.median.toPrecision(3),
    `${p.low.toPrecision(3)} to ${p.high.toPrecision(3)}`,
    p.unit,
    p.shrinkage.toFixed(2),
  ]);
  const columns = ['Parameter', 'Median', '90 %', 'Unit', 'Posterior SD / prior SD'];
  return [
    list(said.map(({ statement }) => statement)),
    table({ caption: 'Posterior of the personal parameters', columns, rows }),
  ].join('\n');
}

/** Where nothing was refused or remarked on, the provenance says all that is to be said of the records. */
function nothingLost(accounts: readonly LossAccount[]): boolean {
  return accounts.every(({ refused, problems }) => refused === 0 && problems.length === 0);
}

function takenIn({ entries, mapped, kept, duplicates, refused }: LossAccount): string {
  return `${entries} entries: ${mapped} mapped, ${kept} kept, ${duplicates} duplicates, ${refused} refused`;
}

function losses(accounts: readonly LossAccount[]): string {
  const columns = ['Source', 'Format', 'Entries', 'Mapped', 'Kept', 'Duplicates', 'Refused'];
  const rows = accounts.map((a) => [
    a.source,
    a.format,
    ...[a.entries, a.mapped, a.kept, a.duplicates, a.refused].map(String),
  ]);
  const problems = accounts.flatMap((account) => account.problems.slice(0, 20));
  const more = accounts.reduce((sum, account) => sum + account.problems.length, 0) - problems.length;
  return [
    table({ caption: 'Loss account', columns, rows }),
    list(problems.map((p) => `${p.code}: ${[p.where.file, p.where.element].filter(Boolean).join(' ')} ${p.message}`)),
    ...(more > 0 ? [paragraph(`And ${more} more, in account.json.`, 'note')] : []),
  ].join('\n');
}
