import { coding, SNOMED } from '@gemel/core/concept';
import type { PropertyValue } from '../code-system.ts';
import type { Equivalence, Mapping } from '../concept-map.ts';
import { MEMBER_OF } from '../ecl-rule.ts';
import { codeProperty, type LoadStep, type ReleaseFormat, type SystemWriter } from '../release.ts';
import { isRow, Reading, type Row } from './rows.ts';

const CONCEPTS = /(^|\/)x?sct2_Concept_Snapshot_[^/]*\.txt$/;
const NOTICE =
  'SNOMED CT is used by permission of SNOMED International; its use needs a licence of a member or an affiliate (https://www.snomed.org).';

const IS_A = '116680003';
const PREFERRED = '900000000000548007';
const FULLY_SPECIFIED = '900000000000003001';
const DEFINED = '900000000000073002';
/** Language reference sets by the language asked for. */
const LANGUAGE_REFSETS: Readonly<Record<string, string>> = {
  'en-US': '900000000000509007',
  'en-GB': '900000000000508004',
};
/** Editions by what stands in the file names: the module that a version is named by. */
const EDITIONS: Readonly<Record<string, string>> = { INT: '900000000000207008', US1000124: '731000124108' };
/** Where reference sets of maps lead, by set: the ICD-10 map, and that of the US edition to ICD-10-CM. */
const MAP_TARGETS: Readonly<Record<string, string>> = {
  '447562003': 'http://hl7.org/fhir/sid/icd-10',
  '6011000124106': 'http://hl7.org/fhir/sid/icd-10-cm',
  '446608001': 'http://hl7.org/fhir/sid/icd-o-3',
};
/** Correlation of map rows as equivalence; "not specified" says only that they are related. */
const CORRELATIONS: Readonly<Record<string, Equivalence>> = {
  '447556008': 'unmatched',
  '447557004': 'equivalent',
  '447558002': 'narrower',
  '447559005': 'wider',
  '447560000': 'inexact',
  '447561005': 'relatedto',
};

/** SNOMED CT in Release Format 2, snapshot: concepts, names, relationships, reference sets, maps to ICD. */
export const snomedFormat: ReleaseFormat = {
  id: 'snomed-rf2',
  title: 'SNOMED CT (RF2 snapshot)',
  knows: ({ paths }) => paths.some((path) => CONCEPTS.test(path)),
  *load(files, writer, report, options) {
    const reading = new Reading(files, report);
    const concepts = reading.paths(CONCEPTS);
    const [, edition, date] = /_([A-Z0-9]+)_(\d{8})\.txt$/.exec(concepts[0]!) ?? [];
    const module = edition === undefined ? undefined : EDITIONS[edition];
    const version = options.version ?? (module === undefined ? null : `${SNOMED}/${module}/version/${date}`);
    if (version === null) {
      const message = `the edition of ${concepts[0]} is not one known by name; give its version as a URI`;
      reading.problem('terminology-row', message, { file: concepts[0]! });
    }
    const system = writer.system({
      url: SNOMED,
      version,
      name: 'SNOMED CT',
      caseSensitive: true,
      hierarchy: 'is-a',
      valueSet: `${SNOMED}?fhir_vs`,
      complete: true,
      notice: NOTICE,
    });
    for (const path of concepts) yield* readConcepts(reading, path, system);
    yield* readNames(reading, system, options.language ?? 'en-US');
    for (const path of reading.paths(/(^|\/)x?sct2_(Stated)?Relationship(ConcreteValues)?_Snapshot_[^/]*\.txt$/)) {
      if (!path.includes('sct2_Stated')) yield* readRelationships(reading, path, system);
    }
    for (const path of reading.paths(/(^|\/)x?der2_Refset_[^/]*Snapshot[^/]*\.txt$/)) {
      yield* readMembers(reading, path, system);
    }
    const circle = system.finish();
    if (circle !== null) reading.problem('terminology-circle', `${circle} lies on a circle`, { file: files.name });
    for (const path of reading.paths(/(^|\/)x?der2_i*s*c*Refset_(Extended|Complex)Map[^/]*Snapshot[^/]*\.txt$/)) {
      yield* readMaps(reading, path, writer, version);
    }
  },
};

/** The rows of a file that are active, of a width, below the header. */
function* active(reading: Reading, path: string, width: number): Generator<Row | LoadStep, void, void> {
  for (const row of reading.parted(path, '\t', width)) {
    if (!isRow(row)) yield row;
    else if (row.line > 1 && row.cells[2] === '1') yield row;
  }
}

function* readConcepts(reading: Reading, path: string, system: SystemWriter): Generator<LoadStep, void, void> {
  // id effectiveTime active moduleId definitionStatusId
  for (const row of reading.parted(path, '\t', 5)) {
    if (!isRow(row)) {
      yield row;
      continue;
    }
    if (row.line === 1) continue;
    const [code, , isActive, module, status] = row.cells;
    if (!/^\d{6,18}$/.test(code!)) {
      reading.problem('terminology-row', `${path}: "${code!.slice(0, 40)}" is no SNOMED CT identifier`, {
        file: path,
        line: row.line,
      });
      continue;
    }
    const n = system.add({ code: code!, display: null, definition: null, inactive: isActive !== '1', abstract: false });
    if (n < 0) {
      reading.problem('terminology-code-twice', `${path}: ${code} is there twice`, { file: path, line: row.line });
      continue;
    }
    system.describe(n, { name: 'sufficientlyDefined', value: { kind: 'boolean', value: status === DEFINED } });
    system.describe(n, codeProperty('moduleId', module!));
  }
}

/** Names in all languages; the one shown is the preferred synonym of the language asked for, else the fully specified name. */
function* readNames(reading: Reading, system: SystemWriter, language: string): Generator<LoadStep, void, void> {
  const refset = LANGUAGE_REFSETS[language] ?? language;
  const preferred = new Set<string>();
  for (const path of reading.paths(/(^|\/)x?der2_cRefset_Language[^/]*Snapshot[^/]*\.txt$/)) {
    // id effectiveTime active moduleId refsetId referencedComponentId acceptabilityId
    for (const row of active(reading, path, 7)) {
      if (!isRow(row)) yield row;
      else if (row.cells[4] === refset && row.cells[6] === PREFERRED) preferred.add(row.cells[5]!);
    }
  }
  const shown = new Map<number, number>();
  for (const path of reading.paths(/(^|\/)x?sct2_(Description|TextDefinition)_Snapshot[^/]*\.txt$/)) {
    const definition = path.includes('TextDefinition');
    // id effectiveTime active moduleId conceptId languageCode typeId term caseSignificanceId
    for (const row of active(reading, path, 9)) {
      if (!isRow(row)) {
        yield row;
        continue;
      }
      const [id, , , , concept, languageCode, type, term] = row.cells;
      const n = known(reading, system, concept!, path, row.line);
      if (n < 0) continue;
      system.designate(n, { language: languageCode!, use: coding(SNOMED, type!), value: term! });
      if (definition) continue;
      // A preferred synonym before a synonym's want of one; the full name stands in where there is nothing else.
      const rank = type === FULLY_SPECIFIED ? 1 : preferred.has(id!) ? 3 : preferred.size === 0 ? 2 : 0;
      if (rank > (shown.get(n) ?? 0)) {
        shown.set(n, rank);
        system.rename(n, term!);
      }
    }
  }
}

function* readRelationships(reading: Reading, path: string, system: SystemWriter): Generator<LoadStep, void, void> {
  // id effectiveTime active moduleId sourceId destinationId|value relationshipGroup typeId characteristicTypeId modifierId
  for (const row of active(reading, path, 10)) {
    if (!isRow(row)) {
      yield row;
      continue;
    }
    const [, , , , source, target, , type] = row.cells;
    const n = known(reading, system, source!, path, row.line);
    if (n < 0) continue;
    if (target!.startsWith('#') || target!.startsWith('"')) {
      system.describe(n, { name: type!, value: concrete(target!) });
      continue;
    }
    const other = known(reading, system, target!, path, row.line);
    if (other < 0) continue;
    if (type === IS_A) system.place(n, other);
    else system.describe(n, codeProperty(type!, target!));
  }
}

function concrete(text: string): PropertyValue {
  return text.startsWith('#')
    ? { kind: 'number', value: Number(text.slice(1)) }
    : { kind: 'string', value: text.slice(1, text.endsWith('"') ? -1 : undefined) };
}

function* readMembers(reading: Reading, path: string, system: SystemWriter): Generator<LoadStep, void, void> {
  // id effectiveTime active moduleId refsetId referencedComponentId
  for (const row of active(reading, path, 6)) {
    if (!isRow(row)) {
      yield row;
      continue;
    }
    const [, , , , refset, member] = row.cells;
    const n = known(reading, system, member!, path, row.line);
    if (n >= 0) system.describe(n, codeProperty(MEMBER_OF, refset!));
  }
}

/** Rows of a map with its rule and advice kept as comment: which of several applies is for the reader to say. */
function* readMaps(
  reading: Reading,
  path: string,
  writer: Parameters<ReleaseFormat['load']>[1],
  version: string | null,
): Generator<LoadStep, void, void> {
  const maps = new Map<string, { add(mapping: Mapping): void }>();
  // … refsetId referencedComponentId mapGroup mapPriority mapRule mapAdvice mapTarget correlationId [mapCategoryId]
  for (const row of active(reading, path, 12)) {
    if (!isRow(row)) {
      yield row;
      continue;
    }
    const [, , , , refset, source, group, priority, rule, advice, target, correlation] = row.cells;
    const targetSystem = MAP_TARGETS[refset!];
    if (targetSystem === undefined) {
      const message = `${path}: where map ${refset} leads is not known`;
      reading.problem('terminology-row-unmatched', message, { file: path, line: row.line });
      continue;
    }
    let map = maps.get(refset!);
    if (map === undefined) {
      const url = `${SNOMED}?fhir_cm=${refset}`;
      map = writer.map({
        id: null,
        url,
        version,
        name: `SNOMED CT map ${refset}`,
        source: `${SNOMED}?fhir_vs`,
        target: null,
        unmapped: [],
      });
      maps.set(refset!, map);
    }
    const conditional = rule !== 'TRUE' && rule !== '';
    const equivalence = target === '' ? 'unmatched' : (CORRELATIONS[correlation!] ?? 'relatedto');
    map.add({
      sourceSystem: SNOMED,
      sourceCode: source!,
      targetSystem,
      targetCode: target || null,
      targetDisplay: null,
      // What holds only under a condition is no equivalent.
      equivalence: conditional && equivalence === 'equivalent' ? 'relatedto' : equivalence,
      comment: `group ${group}, priority ${priority}${conditional ? `, rule: ${rule}` : ''}${advice ? `; ${advice}` : ''}`,
      dependsOn: [],
      product: [],
    });
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
