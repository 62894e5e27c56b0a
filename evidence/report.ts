import type { RowVerdict, Validation, ValidationRow } from '@gemel/core/validation';

/** What the rows of a study depend on: SHA-256 over its file and the code it reaches, and over the data it reads. */
export interface Inputs {
  readonly code: string;
  /** null where the data are absent. */
  readonly data: string | null;
}

/** What is kept of one study between runs. */
export interface StudyResult {
  readonly inputs: Inputs;
  readonly values: Readonly<Record<string, number>>;
  readonly verdicts: Readonly<Record<string, RowVerdict>>;
  /** Why it could not be computed. */
  readonly error?: string;
}

/** Whether a result was computed in this run, kept from an earlier one, or there is none at all. */
export type Freshness = 'fresh' | 'kept' | 'kept, inputs changed since' | 'never run';

export interface StudyOutcome {
  /** From the root: `packs/glucose/validation/dallaman2007.ts`. */
  readonly file: string;
  readonly study: Validation;
  readonly result: StudyResult | null;
  readonly freshness: Freshness;
}

export const BEGIN = '<!-- evidence:begin -->';
export const END = '<!-- evidence:end -->';

/** REPORT.md as text: a pure function of the outcomes; no time, no machine. */
export function renderReport(outcomes: readonly StudyOutcome[], listed: Readonly<Record<string, string>> = {}): string {
  const owners = [...new Set(outcomes.map(ownerOf))];
  const parts = owners.flatMap((owner) => [
    `## ${owner}`,
    ...outcomes.filter((o) => ownerOf(o) === owner).map((o) => renderStudy(o, '###')),
  ]);
  const intro =
    'Every published number the project is held to, computed by `npm run evidence` and compared. Research use. Not for ' +
    'clinical use. Rows marked *kept* stand from an earlier run: they take long (`npm run evidence -- --full`) or their ' +
    'data are absent here.';
  const short = renderShortfalls(outcomes, listed);
  return `# Evidence\n\n${[intro, summary(outcomes), ...(short === '' ? [] : [short]), ...parts].join('\n\n')}\n`;
}

/** The evidence table of one package's README, without the markers. */
export function renderOwner(outcomes: readonly StudyOutcome[], owner: string): string {
  const own = outcomes.filter((o) => ownerOf(o) === owner);
  return [summary(own), ...own.map((o) => renderStudy(o, '####'))].join('\n\n');
}

/** The folder a study belongs to: `packs/glucose`. */
export function ownerOf(outcome: StudyOutcome): string {
  return outcome.file.split('/').slice(0, 2).join('/');
}

/** Where a list of a study is kept, from the root. */
export function listPath({ id }: Validation, name: string): string {
  return `evidence/lists/${id}-${name}`;
}

/** The text with what stands between the markers replaced; null where a marker is missing. */
export function replaceBetween(text: string, table: string): string | null {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) return null;
  return `${text.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${text.slice(end)}`;
}

/** Whether kept results still stand: the code is the same, and the data where they are here to compare. */
export function freshnessOf(result: StudyResult | null, now: Inputs): Freshness {
  if (result === null) return 'never run';
  const same = result.inputs.code === now.code && (now.data === null || now.data === result.inputs.data);
  return same ? 'kept' : 'kept, inputs changed since';
}

/** Rows that fail, as `study: row`. */
export function failures(outcomes: readonly StudyOutcome[]): readonly string[] {
  return outcomes.flatMap((o) =>
    o.study.rows.filter((row) => verdictOf(o, row) === 'FAILS').map((row) => `${o.study.id}: ${row.name}`),
  );
}

/** Names of rows listed as falling short that were computed and pass, or that no study has. */
export function outlived(
  outcomes: readonly StudyOutcome[],
  listed: Readonly<Record<string, string>>,
): readonly string[] {
  const verdicts = new Map(
    outcomes.flatMap((o) =>
      o.study.rows.map((row) => [`${o.study.id}: ${row.name}`, o.freshness === 'fresh' ? verdictOf(o, row) : 'kept']),
    ),
  );
  return Object.keys(listed).filter((name) => ['passes', undefined].includes(verdicts.get(name)));
}

function renderShortfalls(outcomes: readonly StudyOutcome[], listed: Readonly<Record<string, string>>): string {
  const failing = failures(outcomes);
  if (failing.length === 0) return '';
  const lines = failing.map((name) => `- **${name}** — ${listed[name] ?? 'the reason is not known'}`);
  return ['## Where it falls short', '', ...lines].join('\n');
}

function verdictOf(outcome: StudyOutcome, row: ValidationRow): RowVerdict | 'no result' {
  if (outcome.result === null) return 'no result';
  return outcome.result.verdicts[row.name] ?? 'no result';
}

function summary(outcomes: readonly StudyOutcome[]): string {
  const rows = outcomes.flatMap((o) => o.study.rows.map((row) => ({ verdict: verdictOf(o, row), o })));
  const count = (verdict: string) => rows.filter((r) => r.verdict === verdict).length;
  const kept = rows.filter((r) => r.o.freshness.startsWith('kept')).length;
  const stale = rows.filter((r) => r.o.freshness === 'kept, inputs changed since').length;
  const failed = count('FAILS');
  return [
    `${outcomes.length} studies, ${rows.length} rows: ${count('passes')} pass, ${failed > 0 ? `**${failed} FAIL**` : '0 fail'}, `,
    `${count('reported')} are reported only, ${count('no result')} have no result; `,
    `${kept} kept from an earlier run, ${stale} of them with inputs changed since.`,
  ].join('');
}

function renderStudy(outcome: StudyOutcome, heading: string): string {
  const { study, result, freshness } = outcome;
  const mark = freshness === 'fresh' ? '' : ` — *${freshness}*`;
  const lines = [`${heading} ${study.id}${mark}`, '', `${study.title}. ${study.citation}.`, ''];
  if (result?.error) lines.push(`**FAILS**: ${cell(result.error)}`, '');
  lines.push('| number | source | unit | expected | found | verdict |', '|---|---|---|--:|--:|---|');
  for (const row of study.rows) {
    const value = result?.values[row.name];
    const verdict = verdictOf(outcome, row);
    const shown = verdict === 'FAILS' ? '**FAILS**' : verdict;
    const found = value === undefined ? '' : formatNumber(value, row);
    const cells = [row.name, row.source ?? '', row.unit, expectation(row), found, shown];
    lines.push(`| ${cells.map(cell).join(' | ')} |`);
  }
  for (const name of study.lists ?? []) lines.push('', `List: \`${listPath(study, name)}\`.`);
  return lines.join('\n');
}

function expectation(row: ValidationRow): string {
  const parts: string[] = [];
  if (row.expected !== null) parts.push(row.tolerance ? `${row.expected} ± ${row.tolerance}` : `${row.expected}`);
  if (row.atLeast !== undefined) parts.push(`≥ ${row.atLeast}`);
  if (row.atMost !== undefined) parts.push(`≤ ${row.atMost}`);
  return parts.join(', ');
}

/** One digit beyond the tolerance, else six significant digits. */
export function formatNumber(value: number, row: ValidationRow): string {
  if (!Number.isFinite(value)) return String(value);
  if (row.expected !== null && row.tolerance !== undefined && row.tolerance > 0) {
    const decimals = Math.min(20, Math.max(0, Math.ceil(-Math.log10(row.tolerance)) + 1));
    return withoutMinusZero(value.toFixed(decimals));
  }
  return withoutMinusZero(String(Number(value.toPrecision(6))));
}

function withoutMinusZero(text: string): string {
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ');
}
