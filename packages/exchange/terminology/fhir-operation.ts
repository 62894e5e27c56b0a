import type { Coding } from '@gemel/core/concept';
import type { Designation, Property } from './code-system.ts';
import type { MappingPart } from './concept-map.ts';
import { terminologyErrors } from './errors.data.ts';
import { type Expansion, expand } from './expand.ts';
import { type Inputs, wrong } from './inputs.ts';
import { lookup } from './lookup.ts';
import { libraryOf } from './memory-library.ts';
import { type Json, valueSetOf } from './resource.ts';
import { subsumes } from './subsumes.ts';
import type { Terminology } from './terminology.ts';
import { translate } from './translate.ts';
import {
  type AskedCoding,
  type Validation,
  validateAny,
  validateInSystem,
  validateInValueSet,
} from './validate-code.ts';
import { type Membership, membership } from './value-set.ts';

/** One call of a terminology operation of FHIR R4. */
export interface OperationCall {
  readonly inputs: Inputs;
  /** Id of the resource the operation is called on; null on the type. */
  readonly id: string | null;
  /** The moment of the call, ISO 8601. */
  readonly at: string;
}

type Operation = (terminology: Terminology, call: OperationCall) => Json;

/** The operations by resource type and name (hl7.org/fhir/R4/terminology-service.html). */
export const OPERATIONS: Readonly<Record<string, Operation>> = {
  'CodeSystem/$lookup': lookupOperation,
  'CodeSystem/$validate-code': validateSystemOperation,
  'CodeSystem/$subsumes': subsumesOperation,
  'ValueSet/$validate-code': validateValueSetOperation,
  'ValueSet/$expand': expandOperation,
  'ConceptMap/$translate': translateOperation,
};

/**
 * Answers a terminology operation with a Parameters or ValueSet resource; resources in `tx-resource` count as loaded.
 * @throws terminology-request and the errors of the operation
 */
export function runOperation(name: string, terminology: Terminology, call: OperationCall): Json {
  const operation = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name]! : null;
  if (operation === null) throw wrong(`there is no operation ${name}`);
  const sent = call.inputs.resources('tx-resource');
  return operation(sent.length === 0 ? terminology : terminology.with([libraryOf(sent, 'tx-resource')]), call);
}

const SHARED = ['tx-resource', 'displayLanguage'];

function lookupOperation(terminology: Terminology, { inputs }: OperationCall): Json {
  inputs.only([...SHARED, 'code', 'system', 'version', 'coding', 'property']);
  const { system, version, code } = askedCode(inputs);
  if (system === null) throw wrong('"system" is missing', 'system');
  const found = lookup(terminology, {
    system,
    version,
    code,
    displayLanguage: inputs.text('displayLanguage'),
    properties: inputs.texts('property'),
  });
  const { head } = found.system;
  return parameters([
    ['name', 'valueString', head.name],
    ['version', 'valueString', head.version],
    ['display', 'valueString', found.display ?? found.code],
    ...found.designations.map((each) => group('designation', designationParts(each))),
    ...(found.definition === null
      ? []
      : [
          group('property', [
            ['code', 'valueCode', 'definition'],
            ['value', 'valueString', found.definition],
          ]),
        ]),
    ...found.properties.map((each) => group('property', propertyParts(each))),
  ]);
}

function validateSystemOperation(terminology: Terminology, { inputs, id }: OperationCall): Json {
  inputs.only([...SHARED, 'url', 'codeSystem', 'code', 'version', 'display', 'coding', 'codeableConcept', 'abstract']);
  const sent = inputs.resource('codeSystem');
  const whole = sent === null ? terminology : terminology.with([libraryOf([sent], 'codeSystem')]);
  const named = sent === null ? inputs.text('url') : String(sent.url);
  if (id !== null) throw wrong('name the code system by url, not by id');
  const options = { displayLanguage: inputs.text('displayLanguage'), abstract: inputs.flag('abstract') };
  const answer = validateAny(askedCodes(inputs), (asked) => {
    const url = named ?? asked.system;
    if (url === null) throw wrong('"url" is missing', 'url');
    if (asked.system !== null && asked.system !== url) {
      return { result: false, message: `${asked.system} is not ${url}`, coding: null, version: null, inactive: false };
    }
    return validateInSystem(whole, url, asked, options);
  });
  return validationParameters(answer);
}

function validateValueSetOperation(terminology: Terminology, call: OperationCall): Json {
  const { inputs } = call;
  const own = ['url', 'valueSet', 'valueSetVersion', 'code', 'system', 'systemVersion', 'display', 'coding'];
  inputs.only([...SHARED, ...own, 'codeableConcept', 'abstract', 'inferSystem']);
  const set = askedSet(terminology, call);
  const options = { displayLanguage: inputs.text('displayLanguage'), abstract: inputs.flag('abstract') };
  const answer = validateAny(askedCodes(inputs), (asked) => validateInValueSet(terminology, set, asked, options));
  return validationParameters(answer);
}

function subsumesOperation(terminology: Terminology, { inputs }: OperationCall): Json {
  inputs.only([...SHARED, 'codeA', 'codeB', 'system', 'version', 'codingA', 'codingB']);
  const a = inputs.coding('codingA');
  const b = inputs.coding('codingB');
  const systems = [a?.system ?? inputs.text('system'), b?.system ?? inputs.text('system')];
  const codes = [a?.code ?? inputs.text('codeA'), b?.code ?? inputs.text('codeB')];
  if (systems[0] === null || systems[1] === null) throw wrong('"system" is missing', 'system');
  if (codes[0] === null || codes[1] === null) throw wrong('"codeA" and "codeB" are both needed', 'codeA');
  if (systems[0] !== systems[1]) throw wrong(`${systems[0]} and ${systems[1]} are two code systems`, 'codingB');
  const version = inputs.text('version') ?? a?.version ?? null;
  const outcome = subsumes(terminology, systems[0]!, version, codes[0]!, codes[1]!);
  return parameters([['outcome', 'valueCode', outcome]]);
}

function translateOperation(terminology: Terminology, { inputs, id }: OperationCall): Json {
  const own = ['url', 'conceptMap', 'conceptMapVersion', 'code', 'system', 'version', 'source', 'coding'];
  inputs.only([...SHARED, ...own, 'codeableConcept', 'target', 'targetsystem', 'dependency', 'reverse']);
  const sent = inputs.resource('conceptMap');
  const map =
    sent === null ? (id === null ? null : mapById(terminology, id)) : libraryOf([sent], 'conceptMap').maps[0]!;
  const codings = askedCodes(inputs).map(({ system, code }) => {
    if (system === null) throw wrong('"system" is missing', 'system');
    return { system, code };
  });
  const { result, message, matches } = translate(terminology, {
    codings,
    map,
    url: inputs.text('url'),
    version: inputs.text('conceptMapVersion'),
    targetSystem: inputs.text('targetsystem'),
    source: inputs.text('source'),
    target: inputs.text('target'),
    reverse: inputs.flag('reverse'),
    dependencies: inputs.groups('dependency').map((each) => {
      const concept = each.concept('concept')?.[0]?.code ?? null;
      return { property: each.text('element') ?? '', value: concept ?? '' };
    }),
  });
  return parameters([
    ['result', 'valueBoolean', result],
    ['message', 'valueString', message],
    ...matches.map((match) =>
      group('match', [
        ['equivalence', 'valueCode', match.equivalence],
        ['concept', 'valueCoding', match.coding],
        ...match.dependsOn.map((each) => group('dependsOn', mappingParts(each))),
        ...match.product.map((each) => group('product', mappingParts(each))),
        ['source', 'valueUri', match.source],
        ['comment', 'valueString', match.comment],
      ]),
    ),
  ]);
}

function expandOperation(terminology: Terminology, call: OperationCall): Json {
  const { inputs } = call;
  const own = ['url', 'valueSet', 'valueSetVersion', 'filter', 'offset', 'count', 'includeDesignations'];
  const plain = ['includeDefinition', 'activeOnly', 'excludeNested', 'excludeNotForUI', 'excludePostCoordinated'];
  inputs.only([...SHARED, ...own, ...plain]);
  if (inputs.flag('includeDefinition')) throw wrong('definitions are told by $lookup', 'includeDefinition');
  const set = askedSet(terminology, call);
  const request = {
    filter: inputs.text('filter'),
    offset: inputs.count('offset') ?? 0,
    count: inputs.count('count'),
    activeOnly: inputs.flag('activeOnly'),
    includeDesignations: inputs.flag('includeDesignations'),
    excludeNotForUI: inputs.flag('excludeNotForUI'),
    displayLanguage: inputs.text('displayLanguage'),
  };
  const expansion = expand(set, request);
  const said: Entry[] = [
    ['filter', 'valueString', request.filter],
    ['count', 'valueInteger', request.count],
    ['offset', 'valueInteger', request.count === null ? null : request.offset],
    ['activeOnly', 'valueBoolean', request.activeOnly || null],
    ['displayLanguage', 'valueCode', request.displayLanguage],
    ...set.used.map(
      ({ head }): Entry => ['version', 'valueUri', head.version === null ? head.url : `${head.url}|${head.version}`],
    ),
  ];
  return expandedValueSet(set, expansion, call.at, said);
}

function expandedValueSet(
  set: Membership,
  { total, offset, codes }: Expansion,
  at: string,
  said: readonly Entry[],
): Json {
  const { id, url, version, name, title } = set.valueSet;
  return {
    resourceType: 'ValueSet',
    ...plain({ id, url, version, name: /^[A-Z]\w*$/.test(name) ? name : null, title }),
    status: 'active',
    expansion: {
      timestamp: at,
      ...plain({ total }),
      offset,
      parameter: entries(said),
      ...(codes.length === 0
        ? {}
        : {
            contains: codes.map((each) => ({
              system: each.system,
              ...(each.abstract ? { abstract: true } : {}),
              ...(each.inactive ? { inactive: true } : {}),
              ...plain({ version: each.version }),
              code: each.code,
              ...plain({ display: each.display }),
              ...(each.designations.length === 0
                ? {}
                : {
                    designation: each.designations.map(({ language, use, value }) => plain({ language, use, value })),
                  }),
            })),
          }),
    },
  };
}

function askedSet(terminology: Terminology, { inputs, id }: OperationCall): Membership {
  const sent = inputs.resource('valueSet');
  if (sent !== null) return membership(valueSetOf(sent), terminology);
  if (id !== null) {
    const found = terminology.valueSets.find((each) => each.id === id);
    if (found !== undefined) return membership(found, terminology);
    throw terminologyErrors.error('terminology-value-set-unknown', `there is no value set of id "${id}"`);
  }
  const url = inputs.text('url');
  if (url === null) throw wrong('"url" or "valueSet" is missing', 'url');
  const version = inputs.text('valueSetVersion');
  return version === null ? terminology.membership(url) : membership(terminology.valueSet(url, version), terminology);
}

function mapById(terminology: Terminology, id: string) {
  const found = terminology.maps.find(({ head }) => head.id === id);
  if (found !== undefined) return found;
  throw terminologyErrors.error('terminology-map-unknown', `there is no concept map of id "${id}"`);
}

/** The one coding asked about, however it was given. */
function askedCode(inputs: Inputs): AskedCoding {
  const [first, ...others] = askedCodes(inputs);
  if (first === undefined || others.length > 0) throw wrong('one code is to be given', 'code');
  return first;
}

function askedCodes(inputs: Inputs): readonly AskedCoding[] {
  const given = ['code', 'coding', 'codeableConcept'].filter((name) => inputs.has(name));
  if (given.length !== 1)
    throw wrong('one of "code", "coding" and "codeableConcept" is to be given', given[0] ?? 'code');
  const concept = inputs.concept('codeableConcept');
  if (concept !== null) return concept;
  const coding = inputs.coding('coding');
  if (coding !== null) return [coding];
  const version = inputs.has('systemVersion') ? inputs.text('systemVersion') : inputs.text('version');
  const display = inputs.text('display');
  return [{ system: inputs.text('system'), version, code: inputs.text('code')!, display }];
}

function validationParameters({ result, message, coding, version, inactive }: Validation): Json {
  return parameters([
    ['result', 'valueBoolean', result],
    ['message', 'valueString', message],
    ['display', 'valueString', coding?.display ?? null],
    ['code', 'valueCode', coding?.code ?? null],
    ['system', 'valueUri', coding?.system ?? null],
    ['version', 'valueString', version],
    ['inactive', 'valueBoolean', inactive || null],
  ]);
}

type Entry =
  | readonly [name: string, type: string, value: unknown]
  | { readonly name: string; readonly part: readonly Entry[] };

function group(name: string, part: readonly Entry[]): Entry {
  return { name, part };
}

/** Entries without a value are left out. */
function entries(list: readonly Entry[]): Json[] {
  return list.flatMap((entry): Json[] => {
    if ('part' in entry) return [{ name: entry.name, part: entries(entry.part) }];
    const [name, type, value] = entry;
    return value === null || value === undefined ? [] : [{ name, [type]: value }];
  });
}

function parameters(list: readonly Entry[]): Json {
  return { resourceType: 'Parameters', parameter: entries(list) };
}

function plain(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null));
}

function designationParts({ language, use, value }: Designation): Entry[] {
  return [
    ['language', 'valueCode', language],
    ['use', 'valueCoding', use],
    ['value', 'valueString', value],
  ];
}

const VALUE_TYPES = {
  code: 'valueCode',
  string: 'valueString',
  boolean: 'valueBoolean',
  dateTime: 'valueDateTime',
  coding: 'valueCoding',
} as const;

function propertyParts({ name, value }: Property): Entry[] {
  const type =
    value.kind === 'number'
      ? Number.isInteger(value.value)
        ? 'valueInteger'
        : 'valueDecimal'
      : VALUE_TYPES[value.kind];
  return [
    ['code', 'valueCode', name],
    ['value', type, value.value],
  ];
}

function mappingParts({ property, system, value, display }: MappingPart): Entry[] {
  const concept: Coding = { system: system ?? '', code: value, ...(display === null ? {} : { display }) };
  return [
    ['element', 'valueUri', property],
    ['concept', 'valueCoding', plain({ ...concept, system })],
  ];
}
