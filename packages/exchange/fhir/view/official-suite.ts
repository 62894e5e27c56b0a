import { CodedError } from '@gemel/core';
import { compileView } from './compile.ts';
import { parseExact } from './exact.ts';
import { rowObject, viewRows } from './rows.ts';

/** Files of the tests of SQL on FHIR 2.0. */
export const VIEW_SUITE: readonly string[] = (
  'basic collection combinations constant constant_types fhirpath fhirpath_numbers fn_boundary fn_empty fn_extension ' +
  'fn_first fn_join fn_oftype fn_reference_keys foreach logic repeat row_index union validate view_resource where'
)
  .split(' ')
  .map((name) => `${name}.json`);

export interface ViewCase {
  readonly title: string;
  readonly view: unknown;
  readonly resources: readonly unknown[];
  readonly expect?: readonly Readonly<Record<string, unknown>>[];
  readonly expectColumns?: readonly string[];
  readonly expectError?: boolean;
}

/** The tests of one file, with decimals as they are written. */
export function viewCases(text: string): ViewCase[] {
  const { resources } = parseExact(text) as { resources: readonly unknown[] };
  const { tests } = JSON.parse(text) as { tests: readonly Omit<ViewCase, 'resources'>[] };
  return tests.map((test) => ({ ...test, resources }));
}

/** Why a test does not pass; null where it does. Rows count in any order, as in the specification. */
export function viewCaseFailure(test: ViewCase): string | null {
  let rows: readonly Record<string, unknown>[];
  let columns: readonly string[];
  try {
    const view = compileView(test.view);
    columns = view.columns.map(({ name }) => name);
    rows = test.resources.flatMap((resource) => viewRows(view, resource).map((row) => rowObject(view, row)));
  } catch (error) {
    if (!(error instanceof CodedError)) throw error;
    return test.expectError === true ? null : `${error.code}: ${error.message}`;
  }
  if (test.expectError === true) return `not refused; gives ${JSON.stringify(rows)}`;
  if (test.expectColumns !== undefined && test.expectColumns.join() !== columns.join()) return `columns ${columns}`;
  const [found, wanted] = [rows, test.expect ?? []].map((list) => list.map(canonical).sort().join('\n'));
  return found === wanted ? null : `gives\n${found}\nnot\n${wanted}`;
}

function canonical(row: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.fromEntries(Object.entries(row).sort(([a], [b]) => (a < b ? -1 : 1))));
}
