import { coding, LOINC } from '@gemel/core/concept';
import { MEMBER_OF } from '../ecl-rule.ts';
import {
  codeProperty,
  type LoadStep,
  type ReleaseFormat,
  type SystemWriter,
  stringProperty,
  synonym,
} from '../release.ts';
import { isRow, Reading } from './rows.ts';

const TABLE = /(^|\/)Loinc\.csv$/i;
const NOTICE =
  'This material contains content from LOINC (http://loinc.org). LOINC is copyright Regenstrief Institute, Inc. and the LOINC Committee and is available at no cost under the license at http://loinc.org/license.';

/** Columns of Loinc.csv that become properties of their names (FHIR R4, "Using LOINC"). */
const PROPERTIES = [
  'COMPONENT',
  'PROPERTY',
  'TIME_ASPCT',
  'SYSTEM',
  'SCALE_TYP',
  'METHOD_TYP',
  'CLASS',
  'STATUS',
  'CLASSTYPE',
  'ORDER_OBS',
  'EXAMPLE_UCUM_UNITS',
  'VersionLastChanged',
  'EXTERNAL_COPYRIGHT_NOTICE',
] as const;
const REQUIRED = ['LOINC_NUM', 'STATUS', 'LONG_COMMON_NAME', 'SHORTNAME', 'COMPONENT'];
const OTHERS = ['DefinitionDescription', 'CONSUMER_NAME', 'DisplayName', ...PROPERTIES];

/** LOINC as its distribution of tables: Loinc.csv, and where they are there parts, the component hierarchy and answer lists. */
export const loincFormat: ReleaseFormat = {
  id: 'loinc',
  title: 'LOINC (Loinc.csv)',
  knows: ({ paths }) => paths.some((path) => TABLE.test(path)),
  *load(files, writer, report, options) {
    const reading = new Reading(files, report);
    const table = reading.path(TABLE)!;
    const named = [files.name, table].map((name) => /loinc[_-]?v?(\d+\.\d+)/i.exec(name)?.[1]).find(Boolean);
    const system = writer.system({
      url: LOINC,
      version: options.version ?? named ?? null,
      name: 'LOINC',
      caseSensitive: false,
      hierarchy: 'is-a',
      valueSet: `${LOINC}/vs`,
      complete: true,
      notice: NOTICE,
    });
    yield* terms(reading, table, system);
    yield* parts(reading, system);
    yield* hierarchy(reading, system);
    yield* answers(reading, system);
    yield* replacements(reading, system);
    const circle = system.finish();
    if (circle !== null) reading.problem('terminology-circle', `${circle} lies on a circle`, { file: files.name });
  },
};

function* terms(reading: Reading, path: string, system: SystemWriter): Generator<LoadStep, void, void> {
  for (const row of reading.csv(path, REQUIRED, OTHERS)) {
    if (!isRow(row)) {
      yield row;
      continue;
    }
    const [code, status, long, short, component, definition, consumer, displayName, ...properties] = row.cells;
    if (!/^\d{1,7}-\d$/.test(code!)) {
      reading.problem('terminology-row', `${path}: "${code!.slice(0, 40)}" is no LOINC code`, {
        file: path,
        line: row.line,
      });
      continue;
    }
    const n = system.add({
      code: code!,
      display: long || component || null,
      definition: definition || null,
      inactive: status === 'DEPRECATED',
      abstract: false,
    });
    if (n < 0) {
      reading.problem('terminology-code-twice', `${path}: ${code} is there twice`, { file: path, line: row.line });
      continue;
    }
    for (const [name, use] of [
      [short, 'SHORTNAME'],
      [consumer, 'CONSUMER_NAME'],
      [displayName, 'DisplayName'],
    ] as const) {
      if (name) system.designate(n, synonym(name, coding(LOINC, use), 'en'));
    }
    for (const [i, value] of properties.entries()) if (value) system.describe(n, stringProperty(PROPERTIES[i]!, value));
  }
}

function* parts(reading: Reading, system: SystemWriter): Generator<LoadStep, void, void> {
  const path = reading.path(/(^|\/)Part\.csv$/i);
  if (path !== null) {
    for (const row of reading.csv(path, ['PartNumber', 'PartName'], ['PartTypeName', 'PartDisplayName', 'Status'])) {
      if (!isRow(row)) {
        yield row;
        continue;
      }
      const [code, name, type, display, status] = row.cells;
      const inactive = status === 'INACTIVE' || status === 'DEPRECATED';
      const n = system.add({ code: code!, display: display || name!, definition: null, inactive, abstract: true });
      if (n < 0) continue;
      if (type) system.describe(n, stringProperty('type', type));
      if (name && name !== display) system.designate(n, synonym(name, coding(LOINC, 'PartName'), 'en'));
    }
  }
  const links = reading.path(/(^|\/)LoincPartLink_Primary\.csv$/i);
  if (links === null) return;
  for (const row of reading.csv(links, ['LoincNumber', 'PartNumber', 'Property'])) {
    if (!isRow(row)) {
      yield row;
      continue;
    }
    const [code, part, property] = row.cells;
    const n = known(reading, system, code!, links, row.line);
    const name = property!.slice(property!.lastIndexOf('/') + 1);
    if (n >= 0 && name !== '') system.describe(n, codeProperty(name, part!));
  }
}

/** Terms and parts under parts; older releases call the file by its axes. */
function* hierarchy(reading: Reading, system: SystemWriter): Generator<LoadStep, void, void> {
  const path = reading.path(/(^|\/)(ComponentHierarchyBySystem|MultiAxialHierarchy)\.csv$/i);
  if (path === null) return;
  const pairs: (readonly [string, string, number])[] = [];
  for (const row of reading.csv(path, ['IMMEDIATE_PARENT', 'CODE'], ['CODE_TEXT'])) {
    if (!isRow(row)) {
      yield row;
      continue;
    }
    const [parent, code, text] = row.cells;
    if (system.find(code!) < 0 && code!.startsWith('LP')) {
      system.add({ code: code!, display: text || null, definition: null, inactive: false, abstract: true });
    }
    if (parent !== '') pairs.push([code!, parent!, row.line]);
  }
  for (const [code, parent, line] of pairs) {
    const child = known(reading, system, code, path, line);
    const above = known(reading, system, parent, path, line);
    if (child >= 0 && above >= 0) system.place(child, above);
  }
}

/** Answer lists (LL) and answers (LA): an answer carries its lists, a term the list that answers it. */
function* answers(reading: Reading, system: SystemWriter): Generator<LoadStep, void, void> {
  const path = reading.path(/(^|\/)AnswerList\.csv$/i);
  if (path !== null) {
    for (const row of reading.csv(path, ['AnswerListId', 'AnswerListName', 'AnswerStringId', 'DisplayText'])) {
      if (!isRow(row)) {
        yield row;
        continue;
      }
      const [list, listName, answer, text] = row.cells;
      if (system.find(list!) < 0) {
        system.add({ code: list!, display: listName || null, definition: null, inactive: false, abstract: true });
      }
      if (answer === '') continue;
      const plain = { code: answer!, display: text || null, definition: null, inactive: false, abstract: false };
      const n = system.find(answer!) < 0 ? system.add(plain) : system.find(answer!);
      system.describe(n, codeProperty(MEMBER_OF, list!));
    }
  }
  const links = reading.path(/(^|\/)LoincAnswerListLink\.csv$/i);
  if (links === null) return;
  for (const row of reading.csv(links, ['LoincNumber', 'AnswerListId'])) {
    if (!isRow(row)) {
      yield row;
      continue;
    }
    const n = known(reading, system, row.cells[0]!, links, row.line);
    if (n >= 0) system.describe(n, codeProperty('answer-list', row.cells[1]!));
  }
}

function* replacements(reading: Reading, system: SystemWriter): Generator<LoadStep, void, void> {
  const path = reading.path(/(^|\/)MapTo\.csv$/i);
  if (path === null) return;
  for (const row of reading.csv(path, ['LOINC', 'MAP_TO'])) {
    if (!isRow(row)) {
      yield row;
      continue;
    }
    const n = known(reading, system, row.cells[0]!, path, row.line);
    if (n >= 0) system.describe(n, codeProperty('MAP_TO', row.cells[1]!));
  }
}

function known(reading: Reading, system: SystemWriter, code: string, path: string, line: number): number {
  const n = system.find(code);
  if (n < 0) {
    const message = `${path}: line ${line} names ${code.slice(0, 40)}, which the release does not hold`;
    reading.problem('terminology-row-unmatched', message, { file: path, line });
  }
  return n;
}
