/**
 * Compiles the mapping tables of HL7's v2-to-FHIR project (HL7/v2-to-fhir, Apache-2.0) to the tables the HL7 v2 door reads:
 * `node tools/node/v2-to-fhir.ts FOLDER`, where FOLDER holds segments/ and codesystems/. What the tables state in prose, or
 * in a form that R4 does not have, is not compiled; the door's own table makes up for what matters. Prints what was left out.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { resolvePath } from '@gemel/exchange/hl7v2/target';
import { ROOT } from './repository.ts';

const folder = process.argv[2] ?? '.';
const OUT = 'packages/exchange/hl7v2';

function readCsv(file: string): string[][] {
  const text = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (quoted) {
      if (c !== '"') cell += c;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (c === '"') quoted = true;
    else if (c === ',' || c === '\n') {
      row.push(cell.trim());
      cell = '';
      if (c === '\n') {
        rows.push(row);
        row = [];
      }
    } else if (c !== '\r') cell += c;
  }
  rows.push([...row, cell.trim()]);
  return rows.slice(2);
}

const nameOf = (file: string, before: string) =>
  file.slice(file.indexOf(before) + before.length, file.indexOf('_-_', file.indexOf(before) + before.length));

/** Spellings of the source that its own other rows, or R4, show to be slips. */
const SLIPS: readonly (readonly [RegExp | string, string])[] = [
  ['Practioner', 'Practitioner'],
  ['practioner', 'practitioner'],
  ['organziation', 'organization'],
  ['organization.(', 'organization('],
  ['.Practitioner(', '.practitioner('],
  [/occurne?c?e?n?ceT[iI]ming|occurrenceTIming/, 'occurrenceTiming'],
  [/^medication\(/, 'medicationReference('],
  ['coding.value', 'coding.code'],
  ['coding.uri', 'coding.system'],
  [/(extension\[\d\])\.uri$/, '$1.url'],
  [/^payer/, 'payor'],
  [/^occurred$/, 'occurredDateTime'],
  ['valueSampedData', 'valueSampledData'],
  ['valuedateTime', 'valueDateTime'],
  ['note(Annotation.text)', 'note.text'],
  ['policyHolder([1]Organization', 'policyHolder(Organization'],
  [/occurrenceTiming\.(bounds|duration)/, 'occurrenceTiming.repeat.$1'],
  ['.reference(', '('],
  [/\((\w+)\[\d\]/g, '($1'],
  ['manifestation.text', 'manifestation.text'],
  [/PractitionerRole\.(practitioner|organization)$/, 'PractitionerRole.$1)'],
  ['asserter(Practitioner)', 'asserter(Practitioner)'],
];

/** Value sets that the source gives as the systems of codes. */
const VALUE_SET = 'http://terminology.hl7.org/ValueSet/v2-';
const CODE_SYSTEM = 'http://terminology.hl7.org/CodeSystem/v2-';

/** Rows whose condition is prose, and holds: none of the others is compiled. */
const PROSE_HOLDS: readonly RegExp[] = [
  /^PID-19 .*"SS"|^NK1-37 .*"SS"/,
  /^AL1-4 reaction\.severity|^IAM-4 reaction\.severity/,
  /^OBX-4 /,
  /^PRT-10 identifier/,
  /^ROL-4 participant\.member\(Practitioner/,
  /^TXA-6 date/,
  /^SCH-9 minutesDuration/,
  /^OBR-[23] identifier/,
];

/** A condition in the door's terms: `OBR-8?` valued, `!OBR-8?`, `OBX-2=NM,ST`, `!OBX-2=NM`; `&` and `|` join; null where it cannot be told. */
function conditionOf(text: string, segment: string): string | null {
  if (text === '') return '';
  const plain = text
    .replace(/\bIF\b/gi, '')
    .replace(/[()]/g, (c) => c)
    .trim();
  if (/LST|LENGTH|COUNT|AREA/i.test(plain)) return null;
  const groups = plain.split(/\s+OR\s+/).map((group) => group.split(/\s+AND\s+/i));
  let last = '';
  const out: string[] = [];
  for (const group of groups) {
    const terms: string[] = [];
    let bare: string[] = [];
    for (const raw of group) {
      const term = raw
        .trim()
        .replace(/^\(+(?=[A-Z])/, '')
        .replace(/([^,"])\)$/, (whole, c) => (/\bIN\b/.test(raw) ? whole : c));
      const found = /^([A-Z][A-Z0-9]{1,2})?[-.]?(\d+(?:\.\d+)?)?\s*(.*)$/.exec(term);
      const alone = /^(NOT )?"([^"]*)"$|^NOT VALUED/.exec(term);
      const place = alone ? last : placeOf(found?.[1], found?.[2], segment);
      const rest = (alone ? term : (found?.[3] ?? '')).trim();
      if (place === null || place === '') return null;
      last = place;
      if (rest === '') {
        bare.push(place);
        continue;
      }
      const said = predicate(place, rest);
      if (said === null) return null;
      if (/\?$/.test(said)) terms.push(...bare.map((each) => said.replace(place, each)));
      else if (bare.length > 0) return null;
      bare = [];
      terms.push(said);
    }
    if (bare.length > 0) terms.push(...bare.map((each) => `${each}?`));
    out.push(terms.join('&'));
  }
  return out.join('|');
}

function placeOf(name: string | undefined, number: string | undefined, segment: string): string | null {
  if (number === undefined) return null;
  if (name === undefined) return null;
  // A component of the data type at hand: CWE.3, XAD.7, CX.5.
  return /^(CWE|XAD|CX|XON)$/.test(name)
    ? `.${number}`
    : `${name}-${number}`.replace(/^ORC-1$/, 'ORC-1').replace(/^undefined/, segment);
}

function predicate(place: string, rest: string): string | null {
  if (/^(IS )?NOT VALUED|^DOES NOT EXIST|^IS EMPTY/i.test(rest)) return `!${place}?`;
  if (/^(IS )?VALUED?$/i.test(rest)) return `${place}?`;
  const values = [...rest.matchAll(/["']([^"']*)["']/g)].map((match) => match[1]!);
  if (values.length === 0 || values.some((value) => /[&|,]/.test(value))) return null;
  const not = /^(IS )?NOT\b|^NOT /i.test(rest);
  return `${not ? '!' : ''}${place}=${values.join(',')}`;
}

type Row = readonly [number, string, string?, string?, string?, string?];

const maps: [string, Row[]][] = [];
const left: string[] = [];
for (const file of readdirSync(join(folder, 'segments')).sort()) {
  const name = nameOf(file, 'R4__');
  const [, segment, target] = /^(\w{3})\[(\w+)/.exec(name)!;
  if (/Component|Transformation|Source|Operator|EncounterHistory|Appointment-Comment/.test(name)) continue;
  const rows: Row[] = [];
  for (const cells of readCsv(join(folder, 'segments', file))) {
    const [
      ,
      identifier = '',
      ,
      ,
      ,
      ,
      computable = '',
      ,
      prose = '',
      path = '',
      ,
      ,
      ,
      ,
      conversion = '',
      vocabulary = '',
      assigned = '',
    ] = cells;
    if (path === '') continue;
    const place = identifier === '' ? segment! : identifier;
    const say = (why: string) => left.push(`${name}\t${place}\t${path}\t${why}`);
    let target_ = path;
    const inline = /^(.*)="([^"]*)"$/.exec(target_);
    if (inline) target_ = inline[1]!;
    for (const [slip, right] of SLIPS) target_ = target_.replace(slip, right);
    while (count(target_, '(') > count(target_, ')')) target_ += ')';
    if (/\(\w+\.\w+\)$/.test(target_) && /^XCN\[Practitioner/.test(conversion) && /practitioner\)$/.test(target_)) {
      target_ = target_.replace(/practitioner\)$/, 'practitioner(Practitioner))');
    }
    // Beside a data type map, an address under assignment is a remark.
    const remark = conversion !== '' && /^"?https?:/.test(assigned);
    const constant = inline?.[2] ?? (remark ? '' : constantOf(assigned));
    if (constant === null) {
      say(`assignment ${assigned}`);
      continue;
    }
    if (
      prose !== '' &&
      computable === '' &&
      !PROSE_HOLDS.some((rule) => rule.test(`${place} ${target_} ${assigned}`))
    ) {
      say(`prose: ${prose.slice(0, 60)}`);
      continue;
    }
    const condition = conditionOf(computable, segment!);
    if (condition === null) {
      say(`condition: ${computable}`);
      continue;
    }
    const field = Number(/-(\d+)/.exec(place)?.[1] ?? 0);
    if (field === 0 && constant === '') {
      say('nothing is assigned');
      continue;
    }
    if (target_ !== '$this' && resolvePath(target!, target_) === null) {
      say('R4 has no such element');
      continue;
    }
    const row = [
      field,
      target_,
      conversion.replace(/location\]/, 'Location]'),
      vocabulary.replace(/[/ ]/g, ''),
      constant,
      condition,
    ];
    while (row.at(-1) === '') row.pop();
    rows.push(row as unknown as Row);
  }
  maps.push([name, rows]);
}

function count(text: string, c: string): number {
  return text.split(c).length - 1;
}

function constantOf(assigned: string): string | null {
  if (assigned === '') return '';
  const quoted = /^"\s*([^"+]*)"?$/.exec(assigned)?.[1];
  if (quoted !== undefined && !quoted.startsWith('#')) return quoted.replace(/\.$/, '').replace(VALUE_SET, CODE_SYSTEM);
  return /^(https?:\/\/\S+|[a-z]+)$/.test(assigned) ? assigned : null;
}

const quote = (text: string) => `'${text.replaceAll('\\', '').replaceAll("'", '')}'`;
const head = (what: string) =>
  `/**\n * ${what} Facts compiled from the tables of HL7's v2-to-FHIR project (github.com/HL7/v2-to-fhir,\n * Apache-2.0) by tools/node/v2-to-fhir.ts; not edited by hand.\n */\n`;

const segmentText = maps
  .filter(([, rows]) => rows.length > 0)
  .map(
    ([name, rows]) =>
      `  ${quote(name)}: [\n${rows.map(([field, ...rest]) => `    [${[field, ...rest.map((each) => quote(each as string))].join(', ')}],`).join('\n')}\n  ],`,
  );
writeFileSync(
  join(ROOT, OUT, 'segment-maps.data.ts'),
  `${head('Field of a segment → element of a FHIR R4 resource: field, path, data type map, vocabulary, constant, condition.')}export const segmentMaps: Readonly<Record<string, readonly (readonly [number, ...string[]])[]>> = {\n${segmentText.join('\n')}\n};\n`,
);

const vocabularies: string[] = [];
for (const file of readdirSync(join(folder, 'codesystems')).sort()) {
  const name = nameOf(file, 'Map__').replaceAll(' ', '');
  const codes: [string, string, string][] = [];
  let table = '';
  for (const cells of readCsv(join(folder, 'codesystems', file))) {
    const code = cells[0] ?? '';
    table ||= /HL7-?(\d{4,5})/.exec(cells[2] ?? '')?.[1]?.slice(-4) ?? '';
    const target = cells[6] ?? '';
    const system = cells.slice(7).find((cell) => /^https?:\/\/(?!www)/.test(cell)) ?? '';
    if (code !== '' && target !== '' && !/[<>,]/.test(code.slice(1)) && !codes.some(([each]) => each === code))
      codes.push([code, target, system.split(/\s/)[0]!]);
  }
  const tally = new Map<string, number>();
  for (const [, , system] of codes) tally.set(system, (tally.get(system) ?? 0) + 1);
  const system = [...tally].sort((a, b) => b[1] - a[1])[0]?.[0] ?? '';
  if (codes.length === 0) continue;
  const same = codes.every(([code, target, each]) => code === target && each === system);
  const listed = codes.length > 200 && same ? [] : codes;
  const entries = listed.map(([code, target, each]) => {
    const said = each === system ? (target === code ? '' : target) : `${target}|${each}`;
    return `${/^[A-Za-z]\w*$/.test(code) ? code : quote(code)}: ${quote(said)}`;
  });
  vocabularies.push(
    `  ${quote(name)}: { table: ${quote(table)}, system: ${quote(system)}, codes: { ${entries.join(', ')} } },`,
  );
}
writeFileSync(
  join(ROOT, OUT, 'concept-maps.data.ts'),
  `${head('Code of an HL7 table → code that FHIR asks for: an empty text is the same code; `code|system` where the system differs.')}export const conceptMaps: Readonly<\n  Record<string, { readonly table: string; readonly system: string; readonly codes: Readonly<Record<string, string>> }>\n> = {\n${vocabularies.join('\n')}\n};\n`,
);
process.stderr.write(
  `${left.join('\n')}\n${maps.reduce((sum, [, rows]) => sum + rows.length, 0)} rows compiled, ${left.length} left out\n`,
);
