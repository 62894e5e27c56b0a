import { codingKey, LOINC } from '@gemel/core/concept';
import { instant } from '@gemel/core/time';
import { type Context, type Json, keep, note, type Outcome, refuse } from '../context.ts';
import { isObject, listAt, objectAt, readConcept, textAt } from '../datatype.ts';
import { knownSince } from '../occurrence.ts';
import { patientKey, resolved } from '../reference.ts';

/** The fact that the sequence of a patient becomes: lines of VCF 4.x. */
export const SEQUENCE_FACT = 'body.sequence';

/** RefSeq accessions of the chromosomes as of GRCh38, 1 to 22, X and Y: their versions tell it from other assemblies. */
const GRCH38_VERSIONS = [11, 12, 12, 12, 10, 12, 14, 11, 12, 11, 10, 12, 11, 9, 10, 10, 11, 10, 10, 11, 9, 11, 11, 10];
const ALLELIC_STATE = codingKey({ system: LOINC, code: '53034-5' });
/** LOINC answers of the allelic state, and what a genotype with the observed allele is then. */
const GENOTYPES: Readonly<Record<string, string>> = { 'LA6706-1': '0/1', 'LA6705-3': '1/1', 'LA6707-9': '1' };
const BASES = /^[ACGT]+$/;

interface Reference {
  readonly chromosome: string;
  readonly grch38: boolean;
  /** 1-based, both inclusive; null where the window is not given. */
  readonly window: readonly [first: number, last: number] | null;
}

/**
 * MolecularSequence (R4) of DNA → a fact of VCF lines. A variant is heterozygous or homozygous by the allelic state (LOINC 53034-5) of the
 * Observation that it points to, else its genotype stays open. What lies between variants counts as read, and as the reference,
 * only where the resource states how often it was read.
 */
export function decodeMolecularSequence(resource: Json, context: Context): Outcome {
  const subject = patientKey(resource.patient, context, 'patient');
  if (typeof subject !== 'string') return subject;
  const type = textAt(resource, 'type', context);
  if (type !== undefined && type !== 'dna') {
    return keep(context, 'fhir-form-unread', `a sequence of type "${type}" is kept, not read`, 'type');
  }
  const { coordinateSystem } = resource;
  if (coordinateSystem !== 0 && coordinateSystem !== 1) {
    return refuse(
      context,
      'fhir-wrong-type',
      'positions count from 0 or 1; it does not say from which',
      'coordinateSystem',
    );
  }
  const reference = referenceOf(resource, coordinateSystem, context);
  if (!('chromosome' in reference)) return reference;
  const { chromosome, grch38, window } = reference;
  const variants = listAt(resource, 'variant', context).flatMap((variant, i) => {
    const found = variantOf(variant, coordinateSystem, context, `variant[${i}]`);
    return found === null ? [] : [found];
  });
  variants.sort((a, b) => a.position - b.position);
  const reads = resource.readCoverage;
  const read = typeof reads === 'number' && reads > 0 && window !== null ? window : null;
  if (variants.length === 0 && read === null) {
    return keep(
      context,
      'exchange-value-missing',
      'neither a variant nor how often a window was read is stated',
      'variant',
    );
  }
  const lines = [
    '##fileformat=VCFv4.2',
    ...(grch38 ? ['##reference=GRCh38'] : []),
    ['#CHROM', 'POS', 'ID', 'REF', 'ALT', 'QUAL', 'FILTER', 'INFO', 'FORMAT', 'SAMPLE'].join('\t'),
    ...(read === null ? [] : blocks(read, variants)).map(([from, to]) =>
      [chromosome, from, '.', 'N', '<NON_REF>', '.', 'PASS', `END=${to}`, 'GT', '0/0'].join('\t'),
    ),
    ...variants.map(({ position, ref, alt, genotype }) =>
      [chromosome, position, '.', ref, alt, '.', 'PASS', '.', 'GT', genotype].join('\t'),
    ),
  ];
  const known = knownSince(resource, context);
  if (known.issued === undefined) {
    note(context, 'fhir-fact-undated', 'meta.lastUpdated does not say since when; taken as always true');
  }
  const value = { kind: 'text' as const, text: lines.join('\n') };
  const time = { start: known.issued ?? instant(0), offset: null };
  const { provenance } = context;
  return {
    fate: 'mapped',
    items: [{ kind: 'fact', subject, provenance, fact: SEQUENCE_FACT, codings: [], value, time, ...known }],
  };
}

function referenceOf(resource: Json, from: 0 | 1, context: Context): Reference | Outcome {
  const given = objectAt(resource, 'referenceSeq', context);
  if (given === undefined)
    return keep(context, 'exchange-value-missing', 'it names no reference sequence', 'referenceSeq');
  for (const [name, value] of [
    ['strand', 'crick'],
    ['orientation', 'antisense'],
  ] as const) {
    if (given[name] === value) {
      return keep(
        context,
        'fhir-form-unread',
        `a sequence of the minus strand is kept, not read`,
        `referenceSeq.${name}`,
      );
    }
  }
  const accession = codeOf(given.referenceSeqId) ?? '';
  const [, number, version] = /^NC_0000(\d\d)\.(\d+)$/.exec(accession) ?? [];
  const named = codeOf(given.chromosome)?.replace(/^chr/i, '');
  const byAccession = number === undefined ? undefined : (['X', 'Y'][Number(number) - 23] ?? String(Number(number)));
  const chromosome = byAccession ?? named;
  if (chromosome === undefined) {
    return keep(
      context,
      'exchange-value-missing',
      'neither chromosome nor an accession of one is given',
      'referenceSeq',
    );
  }
  if (named !== undefined && named !== chromosome) {
    return refuse(
      context,
      'fhir-wrong-type',
      `chromosome ${named} does not go with ${accession}`,
      'referenceSeq.chromosome',
    );
  }
  const build = textAt(given, 'genomeBuild', context, 'referenceSeq.genomeBuild');
  const builds = [
    ...(build === undefined ? [] : [/^(GRCh ?38|hg38)/i.test(build)]),
    ...(version === undefined ? [] : [GRCH38_VERSIONS[Number(number) - 1] === Number(version)]),
  ];
  const { windowStart, windowEnd } = given;
  const whole = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
  return {
    chromosome,
    grch38: builds.length > 0 && builds.every((each) => each),
    // From 0 on the end is not part of the window.
    window: whole(windowStart) && whole(windowEnd) ? [windowStart + 1 - from, windowEnd] : null,
  };
}

/** The first code of a concept, whatever its system: accessions and chromosomes are the same in all. */
function codeOf(concept: unknown): string | undefined {
  const codings = isObject(concept) && Array.isArray(concept.coding) ? concept.coding.filter(isObject) : [];
  return codings.map(({ code }) => code).find((code): code is string => typeof code === 'string');
}

function variantOf(variant: Json, from: 0 | 1, context: Context, path: string) {
  const { start } = variant;
  if (!Number.isSafeInteger(start)) {
    note(context, 'exchange-value-missing', 'the variant has no position', `${path}.start`);
    return null;
  }
  const position = (start as number) + 1 - from;
  const ref = (textAt(variant, 'referenceAllele', context, `${path}.referenceAllele`) ?? '').toUpperCase();
  const alt = (textAt(variant, 'observedAllele', context, `${path}.observedAllele`) ?? '').toUpperCase();
  if (!BASES.test(ref) || !BASES.test(alt)) {
    note(context, 'fhir-form-unread', 'a variant whose alleles are not bases leaves its position open', path);
    return { position, ref: BASES.test(ref) ? ref : 'N', alt: '.', genotype: './.' };
  }
  const genotype = GENOTYPES[allelicState(variant.variantPointer, context) ?? ''];
  // That the reference was seen on one copy says nothing of the other.
  if (ref === alt) return { position, ref, alt: '.', genotype: genotype === '1/1' ? '0/0' : './.' };
  if (genotype === undefined) {
    note(
      context,
      'exchange-value-missing',
      'on how many copies the variant is found is not stated',
      `${path}.variantPointer`,
    );
  }
  return { position, ref, alt, genotype: genotype ?? './1' };
}

/** The LOINC answer of the allelic state in the Observation that a variant points to. */
function allelicState(pointer: unknown, context: Context): string | undefined {
  const observation = resolved(pointer, context);
  const components = Array.isArray(observation?.component) ? observation.component : [];
  const quiet = { ...context, problems: [] };
  const states = components
    .filter(isObject)
    .filter(({ code }) => readConcept(code, quiet, 'code')?.codings.some((each) => codingKey(each) === ALLELIC_STATE))
    .map(({ valueCodeableConcept }) => readConcept(valueCodeableConcept, quiet, 'value')?.codings[0]?.code);
  return states[0];
}

/** The stretches of a window between variants. */
function blocks(
  [first, last]: readonly [number, number],
  variants: readonly { readonly position: number; readonly ref: string }[],
): readonly (readonly [number, number])[] {
  const out: (readonly [number, number])[] = [];
  let from = first;
  for (const { position, ref } of variants) {
    if (position > from) out.push([from, Math.min(last, position - 1)]);
    from = Math.max(from, position + ref.length);
  }
  if (from <= last) out.push([from, last]);
  return out;
}
