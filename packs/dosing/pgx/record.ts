import type { Fact, Instant } from '@gemel/core';
import type { Covariates } from '../covariates.ts';
import { callGenotypes } from './call.ts';
import { type GeneName, genes } from './genes.data.ts';
import { covariatesOfGenotype, type Genotype, indeterminate, readDiplotype, sayDiplotype } from './genotype.ts';
import { readVcf } from './vcf.ts';

/** A diplotype that names its gene; with a gene's name behind a dot, one that need not. */
export const GENOTYPE = 'body.genotype';
/** Lines of a VCF file. */
export const VCF = 'body.vcf';
/** Lines of VCF that a FHIR MolecularSequence became; several are read together. */
export const SEQUENCE = 'body.sequence';
/** Facts that genotypes are read from. */
export const GENOTYPE_FACTS: readonly string[] = [
  GENOTYPE,
  ...genes.map(({ name }) => `${GENOTYPE}.${name.toLowerCase()}`),
  VCF,
  SEQUENCE,
];

/** Genotypes on record: one of two alleles before an indeterminate one; two that differ make none. */
export function genotypesIn(facts: readonly Fact[], at: Instant): readonly Genotype[] {
  const known = facts.filter(({ fact, trueAt }) => GENOTYPE_FACTS.includes(fact) && trueAt <= at);
  const found = [...known.flatMap((fact) => genotypesOf(fact)), ...sequenced(known)];
  return genes.flatMap(({ name }): Genotype[] => {
    const own = found.filter(({ gene }) => gene === name);
    const pairs = own.filter((each) => each.kind === 'diplotype');
    const said = [...new Set(pairs.map(({ alleles: [a, b] }) => [a.name, b.name].sort().join('/')))];
    if (said.length > 1) return [indeterminate(name, `Records disagree: ${said.join(', ')}.`)];
    const one = pairs[0] ?? own.at(-1);
    return one === undefined ? [] : [one];
  });
}

function genotypesOf({ fact, value }: Fact): readonly Genotype[] {
  const text = textOf(value);
  if (text === null || fact === SEQUENCE) return [];
  if (fact === VCF) return callGenotypes(readVcf(text));
  const gene = genes.find(({ name }) => fact === `${GENOTYPE}.${name.toLowerCase()}`)?.name;
  const read = readDiplotype(text, gene);
  return read === null ? [] : [read];
}

/** The genotypes of all sequences on record, each of which may cover a part of a gene. */
function sequenced(facts: readonly Fact[]): readonly Genotype[] {
  const vcfs = facts.flatMap(({ fact, value }) => {
    const text = fact === SEQUENCE ? textOf(value) : null;
    return text === null ? [] : [readVcf(text)];
  });
  if (vcfs.length === 0) return [];
  const records = vcfs.flatMap((each) => each.records);
  return callGenotypes({ grch38: vcfs.every(({ grch38 }) => grch38), records, problems: [] });
}

function textOf(value: Fact['value']): string | null {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || !('codings' in value)) return null;
  const [first] = value.codings;
  return value.text ?? first?.display ?? first?.code ?? null;
}

/** What genotypes on record tell models, and why a gene tells nothing. */
export function genotypeCovariates(genotypes: readonly Genotype[]): {
  readonly covariates: Covariates;
  readonly reasons: ReadonlyMap<GeneName, string>;
} {
  const reasons = new Map<GeneName, string>();
  let covariates: Covariates = {};
  for (const genotype of genotypes) {
    const { covariates: own, reason } = covariatesOfGenotype(genotype);
    covariates = { ...covariates, ...own };
    if (reason !== undefined) reasons.set(genotype.gene, reason);
  }
  return { covariates, reasons };
}

export function sayGenotype(genotype: Genotype): string {
  return genotype.kind === 'diplotype'
    ? sayDiplotype(genotype.gene, genotype.alleles)
    : `${genotype.gene} is indeterminate: ${genotype.reason}`;
}
