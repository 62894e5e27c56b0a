import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Small releases in the layouts their owners publish, with codes that are none of theirs (but for attribute names). */
export type Files = Readonly<Record<string, string>>;

export function writeFiles(folder: string, files: Files): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}

const quoted = (rows: readonly (readonly string[])[]) =>
  `${rows.map((row) => row.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')).join('\r\n')}\r\n`;

const LOINC_COLUMNS =
  'LOINC_NUM,COMPONENT,PROPERTY,TIME_ASPCT,SYSTEM,SCALE_TYP,METHOD_TYP,CLASS,VersionLastChanged,CHNG_TYPE,DefinitionDescription,STATUS,CONSUMER_NAME,CLASSTYPE,SHORTNAME,ORDER_OBS,EXAMPLE_UCUM_UNITS,LONG_COMMON_NAME';
const loinc = (code: string, component: string, status: string, short: string, long: string) => [
  code,
  component,
  'MCnc',
  'Pt',
  'Ser/Plas',
  'Qn',
  '',
  'CHEM',
  '2.77',
  'MIN',
  '',
  status,
  '',
  '1',
  short,
  'Both',
  'mg/dL',
  long,
];

export const loincFiles: Files = {
  'Loinc_2.77/LoincTable/Loinc.csv': quoted([
    LOINC_COLUMNS.split(','),
    loinc('90001-1', 'Xylose', 'ACTIVE', 'Xylose SerPl-mCnc', 'Xylose [Mass/volume] in "Serum" or Plasma'),
    loinc('90002-9', 'Xylose', 'DEPRECATED', 'Xylose old', 'Xylose\nof old'),
    loinc('90003-7', 'Wood', 'ACTIVE', 'Wood Bld', 'Wood in Blood'),
    ['no code'],
    loinc('none', 'Bad', 'ACTIVE', '', ''),
    loinc('90003-7', 'Wood', 'ACTIVE', '', 'Again'),
  ]),
  'Loinc_2.77/AccessoryFiles/PartFile/Part.csv': quoted([
    ['PartNumber', 'PartTypeName', 'PartName', 'PartDisplayName', 'Status'],
    ['LP90001-1', 'COMPONENT', 'Sugars', 'Sugars', 'ACTIVE'],
    ['LP90002-2', 'COMPONENT', 'Xylose', 'Xylose', 'ACTIVE'],
  ]),
  'Loinc_2.77/AccessoryFiles/PartFile/LoincPartLink_Primary.csv': quoted([
    [
      'LoincNumber',
      'LongCommonName',
      'PartNumber',
      'PartName',
      'PartCodeSystem',
      'PartTypeName',
      'LinkTypeName',
      'Property',
    ],
    [
      '90001-1',
      'x',
      'LP90002-2',
      'Xylose',
      'http://loinc.org',
      'COMPONENT',
      'Primary',
      'http://loinc.org/property/COMPONENT',
    ],
    [
      '99999-9',
      'x',
      'LP90002-2',
      'Xylose',
      'http://loinc.org',
      'COMPONENT',
      'Primary',
      'http://loinc.org/property/COMPONENT',
    ],
  ]),
  'Loinc_2.77/AccessoryFiles/ComponentHierarchyBySystem/ComponentHierarchyBySystem.csv': quoted([
    ['PATH_TO_ROOT', 'SEQUENCE', 'IMMEDIATE_PARENT', 'CODE', 'CODE_TEXT'],
    ['', '1', '', 'LP90001-1', 'Sugars'],
    ['LP90001-1', '1', 'LP90001-1', 'LP90002-2', 'Xylose'],
    ['LP90001-1.LP90002-2', '1', 'LP90002-2', '90001-1', 'Xylose'],
    ['LP90001-1.LP90002-2', '2', 'LP90002-2', '90002-9', 'Xylose'],
  ]),
  'Loinc_2.77/AccessoryFiles/AnswerFile/AnswerList.csv': quoted([
    ['AnswerListId', 'AnswerListName', 'AnswerStringId', 'DisplayText'],
    ['LL9001-1', 'Wood?', 'LA9001-1', 'Oak'],
    ['LL9001-1', 'Wood?', 'LA9002-9', 'Elm'],
  ]),
  'Loinc_2.77/AccessoryFiles/AnswerFile/LoincAnswerListLink.csv': quoted([
    ['LoincNumber', 'LongCommonName', 'AnswerListId', 'AnswerListName', 'AnswerListLinkType', 'ApplicableContext'],
    ['90003-7', 'Wood', 'LL9001-1', 'Wood?', 'NORMATIVE', ''],
  ]),
  'Loinc_2.77/LoincTable/MapTo.csv': quoted([
    ['LOINC', 'MAP_TO', 'COMMENT'],
    ['90002-9', '90001-1', ''],
  ]),
};

const tabbed = (rows: readonly (readonly string[])[]) => `${rows.map((row) => row.join('\t')).join('\r\n')}\r\n`;
const CORE = '900000000000207008';
const DATE = '20240101';
const FSN = '900000000000003001';
const SYNONYM = '900000000000013009';
const description = (id: string, concept: string, type: string, term: string, language = 'en', active = '1') => [
  id,
  DATE,
  active,
  CORE,
  concept,
  language,
  type,
  term,
  '900000000000448009',
];
const relation = (id: string, from: string, to: string, type = '116680003', active = '1') => [
  id,
  DATE,
  active,
  CORE,
  from,
  to,
  '0',
  type,
  '900000000000011006',
  '900000000000451002',
];

/** Concepts: 1000001 root; 1000002 wood, 1000003 tree under it; 1000004 oak; 1000005 elm (two parents); 1000006 retired; 1000010 made of. */
export const snomedFiles: Files = {
  [`Snapshot/Terminology/sct2_Concept_Snapshot_INT_${DATE}.txt`]: tabbed([
    ['id', 'effectiveTime', 'active', 'moduleId', 'definitionStatusId'],
    ...['1000001', '1000002', '1000003', '1000004', '1000005', '1000010', '116680003', '1000020'].map((id) => [
      id,
      DATE,
      '1',
      CORE,
      id === '1000004' ? '900000000000073002' : '900000000000074008',
    ]),
    ['1000006', DATE, '0', CORE, '900000000000074008'],
    ['oops', DATE, '1', CORE, 'x'],
    ['1000007'],
  ]),
  [`Snapshot/Terminology/sct2_Description_Snapshot-en_INT_${DATE}.txt`]: tabbed([
    ['id', 'effectiveTime', 'active', 'moduleId', 'conceptId', 'languageCode', 'typeId', 'term', 'caseSignificanceId'],
    description('11', '1000001', FSN, 'Thing (thing)'),
    description('12', '1000003', FSN, 'Tree (thing)'),
    description('13', '1000003', SYNONYM, 'Tree'),
    description('14', '1000003', SYNONYM, 'Arbor'),
    description('15', '1000004', FSN, 'Oak (thing)'),
    description('16', '1000004', SYNONYM, 'Oak'),
    description('17', '1000004', SYNONYM, 'Gone', 'en', '0'),
    description('18', '1000099', SYNONYM, 'Nobody'),
    description('19', '1000005', SYNONYM, 'Elm'),
  ]),
  [`Snapshot/Terminology/sct2_Relationship_Snapshot_INT_${DATE}.txt`]: tabbed([
    [
      'id',
      'effectiveTime',
      'active',
      'moduleId',
      'sourceId',
      'destinationId',
      'relationshipGroup',
      'typeId',
      'characteristicTypeId',
      'modifierId',
    ],
    relation('21', '1000002', '1000001'),
    relation('22', '1000003', '1000001'),
    relation('23', '1000004', '1000003'),
    relation('24', '1000005', '1000003'),
    relation('25', '1000005', '1000002'),
    relation('26', '1000010', '1000001'),
    relation('27', '1000003', '1000002', '1000010'),
    relation('28', '1000004', '1000005', '116680003', '0'),
    relation('29', '1000020', '1000001'),
  ]),
  [`Snapshot/Terminology/sct2_RelationshipConcreteValues_Snapshot_INT_${DATE}.txt`]: tabbed([
    [
      'id',
      'effectiveTime',
      'active',
      'moduleId',
      'sourceId',
      'value',
      'relationshipGroup',
      'typeId',
      'characteristicTypeId',
      'modifierId',
    ],
    relation('31', '1000004', '#40', '1000010'),
  ]),
  [`Snapshot/Refset/Language/der2_cRefset_LanguageSnapshot-en_INT_${DATE}.txt`]: tabbed([
    ['id', 'effectiveTime', 'active', 'moduleId', 'refsetId', 'referencedComponentId', 'acceptabilityId'],
    ['a', DATE, '1', CORE, '900000000000509007', '14', '900000000000548007'],
    ['b', DATE, '1', CORE, '900000000000508004', '13', '900000000000548007'],
    ['c', DATE, '1', CORE, '900000000000509007', '16', '900000000000548007'],
  ]),
  [`Snapshot/Refset/Content/der2_Refset_SimpleSnapshot_INT_${DATE}.txt`]: tabbed([
    ['id', 'effectiveTime', 'active', 'moduleId', 'refsetId', 'referencedComponentId'],
    ['d', DATE, '1', CORE, '1000020', '1000004'],
    ['e', DATE, '0', CORE, '1000020', '1000005'],
  ]),
  [`Snapshot/Refset/Map/der2_iisssccRefset_ExtendedMapSnapshot_INT_${DATE}.txt`]: tabbed([
    [
      'id',
      'effectiveTime',
      'active',
      'moduleId',
      'refsetId',
      'referencedComponentId',
      'mapGroup',
      'mapPriority',
      'mapRule',
      'mapAdvice',
      'mapTarget',
      'correlationId',
      'mapCategoryId',
    ],
    ['f', DATE, '1', CORE, '447562003', '1000004', '1', '1', 'TRUE', 'ALWAYS W14', 'W14', '447557004', '447637006'],
    ['g', DATE, '1', CORE, '447562003', '1000005', '1', '1', 'IFA 1000002', 'IF WOOD', 'W15', '447557004', '447639009'],
    ['h', DATE, '1', CORE, '447562003', '1000003', '1', '1', 'TRUE', '', '', '447556008', '447638001'],
  ]),
};

const piped = (rows: readonly (readonly string[])[]) => `${rows.map((row) => `${row.join('|')}|`).join('\n')}\n`;
const atom = (code: string, type: string, name: string, suppress = 'N', source = 'RXNORM') => [
  code,
  'ENG',
  '',
  '',
  '',
  '',
  '',
  `A${code}${type}`,
  '',
  '',
  '',
  source,
  type,
  code,
  name,
  '',
  suppress,
  '',
];
const rel = (first: string, second: string, exact: string) => [
  first,
  '',
  'CUI',
  'RO',
  second,
  '',
  'CUI',
  exact,
  '',
  '',
  'RXNORM',
  '',
  '',
  '',
  '',
  '',
];
const attribute = (code: string, name: string, value: string, source = 'RXNORM', suppress = 'N') => [
  code,
  '',
  '',
  '',
  'CUI',
  code,
  '',
  '',
  name,
  source,
  value,
  suppress,
  '',
];

export const rxnormFiles: Files = {
  'rrf/RXNCONSO.RRF': piped([
    atom('90001', 'SY', 'lignin pill'),
    atom('90001', 'SCD', 'lignin 5 MG Oral Tablet'),
    atom('90002', 'IN', 'lignin'),
    atom('90003', 'IN', 'resin', 'O'),
    atom('90004', 'SCDG', 'lignin Oral Product'),
    atom('90005', 'BN', 'not of RxNorm', 'N', 'GS'),
    ['short'],
  ]),
  'rrf/RXNREL.RRF': piped([
    rel('90002', '90001', 'has_ingredient'),
    rel('90004', '90001', 'isa'),
    rel('90001', '90004', 'inverse_isa'),
    rel('99999', '90001', 'has_ingredient'),
  ]),
  'rrf/RXNSAT.RRF': piped([
    attribute('90001', 'NDC', '00000000101'),
    attribute('90001', 'RXN_STRENGTH', '5 MG'),
    attribute('90001', 'NDC', '00000000102', 'RXNORM', 'O'),
  ]),
  'rrf/RXNSTY.RRF': piped([['90002', 'T121', 'A1', 'Pharmacologic Substance', '', '']]),
  'rrf/RXNSAB.RRF': piped([['C1', 'C2', 'RXNORM_20AA', 'RXNORM', 'RxNorm', 'RXNORM', '20AA_240101F', '']]),
};

const order = (number: number, code: string, billable: string, name: string) =>
  `${String(number).padStart(5, '0')} ${code.padEnd(7)} ${billable} ${name.slice(0, 60).padEnd(60)} ${name}\r\n`;

export const icd10cmFiles: Files = {
  'icd10cm-order-2024.txt':
    order(1, 'Z90', '0', 'Woods') +
    order(2, 'Z900', '0', 'Trees') +
    order(3, 'Z9001', '1', 'Oaks') +
    order(4, 'Z91', '1', 'Shrubs') +
    'not a row\r\n',
};

export const tabularFiles: Files = {
  'icd10cm-tabular-2024.xml': `<?xml version="1.0" encoding="utf-8"?>
<ICD10CM.tabular><version>2024</version><chapter><name>1</name><desc>Woods</desc>
<sectionIndex><sectionRef first="Z90" last="Z91" id="Z90-Z91">Trees</sectionRef></sectionIndex>
<section id="Z90-Z91"><desc>Trees and shrubs</desc>
<diag><name>Z90</name><desc>Trees</desc><includes><note>all trees</note></includes>
<diag><name>Z90.0</name><desc>Oaks</desc><inclusionTerm><note>Acorn tree</note></inclusionTerm></diag></diag>
<diag><name>Z91</name><desc>Shrubs</desc></diag></section></chapter></ICD10CM.tabular>`,
};

export const clamlFiles: Files = {
  'icd10.xml': `<?xml version="1.0" encoding="UTF-8"?><!DOCTYPE ClaML SYSTEM "ClaML.dtd">
<ClaML version="2.0.0"><Title name="ICD-10" version="2019">International</Title>
<Class code="I" kind="chapter"><SubClass code="Z90-Z91"/><Rubric kind="preferred"><Label xml:lang="en">Woods</Label></Rubric></Class>
<Class code="Z90-Z91" kind="block"><SuperClass code="I"/><SubClass code="Z90"/><Rubric kind="preferred"><Label>Trees</Label></Rubric></Class>
<Class code="Z90" kind="category"><SuperClass code="Z90-Z91"/><Rubric kind="preferred"><Label>Oak
 trees</Label></Rubric><Rubric kind="inclusion"><Label>Acorns</Label></Rubric></Class>
<Class code="Z99" kind="category"><SuperClass code="none"/><Rubric kind="preferred"><Label>Lost</Label></Rubric></Class></ClaML>`,
};
