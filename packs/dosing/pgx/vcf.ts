import type { Problem } from '@gemel/core';
import { dosingErrors } from '../errors.data.ts';

/** One line of a VCF file, for one sample. */
export interface VcfRecord {
  /** Without `chr`. */
  readonly chromosome: string;
  readonly position: number;
  /** Last position it speaks of: that of a block of reference calls, or of the reference bases. */
  readonly end: number;
  readonly ref: string;
  /** Without `.`. */
  readonly alts: readonly string[];
  /** Why the call does not count: a filter, no depth; null where it does. */
  readonly spoiled: string | null;
  /** Allele numbers, 0 the reference; null where one was not called. */
  readonly called: readonly (number | null)[];
  readonly phased: boolean;
  readonly phaseSet: string | null;
  /** Copies of the place, where the line says. */
  readonly copies: number | null;
  readonly line: number;
}

/** A VCF file as far as calls need it. */
export interface Vcf {
  /** Whether the header says that positions are those of GRCh38. */
  readonly grch38: boolean;
  readonly records: readonly VcfRecord[];
  readonly problems: readonly Problem[];
}

/** Lengths of chromosomes by assembly: what tells assemblies apart where no name does. */
const GRCH38_LENGTHS: Readonly<Record<string, number>> = { '7': 159345973, '10': 133797422, '16': 90338345 };
const BEFORE = /(hg19|hg18|b37|hs37|GRCh37|NCBI36)/i;
const NOW = /(hg38|b38|hs38|GRCh38)/i;
/** Fixed columns before the samples. */
const FIXED = 9;

/**
 * VCF 4.x lines of one sample; with several samples, that of the given name. Lines that cannot be read are named in `problems` and
 * left out; it never throws.
 */
export function readVcf(text: string, sample?: string): Vcf {
  const problems: Problem[] = [];
  const records: VcfRecord[] = [];
  let column: number | null = null;
  let now = false;
  let before = false;
  const note = (code: 'dosing-vcf-line' | 'dosing-vcf-sample', message: string, line: number) =>
    problems.push(dosingErrors.problem(code, message, { line }));
  text.split(/\r\n|\n|\r/).forEach((content, i) => {
    const line = i + 1;
    if (content === '') return;
    if (content.startsWith('##')) {
      if (!/^##(reference|contig|assembly)=/i.test(content)) return;
      now ||= NOW.test(content) || ofGrch38(content);
      before ||= BEFORE.test(content);
      return;
    }
    if (content.startsWith('#')) {
      const names = content.split('\t').slice(FIXED);
      const found = sample === undefined ? (names.length === 1 ? 0 : -1) : names.indexOf(sample);
      if (found >= 0) column = FIXED + found;
      else note('dosing-vcf-sample', `One sample is needed; the header names ${names.length}.`, line);
      return;
    }
    if (column === null) return;
    const record = recordOf(content.split('\t'), column, line);
    if (record === null) note('dosing-vcf-line', `Line ${line} is not a VCF record of the sample.`, line);
    else records.push(record);
  });
  if (column === null && problems.length === 0) note('dosing-vcf-sample', 'There is no #CHROM line.', 1);
  return { grch38: now && !before, records, problems };
}

function ofGrch38(contig: string): boolean {
  const id = /ID=(?:chr)?([^,>]+)/i.exec(contig)?.[1];
  const length = /length=(\d+)/i.exec(contig)?.[1];
  return id !== undefined && length !== undefined && GRCH38_LENGTHS[id] === Number(length);
}

function recordOf(fields: readonly string[], column: number, line: number): VcfRecord | null {
  const [chrom, pos, , ref, alt, , filter, info, format] = fields;
  const sample = fields[column];
  if (sample === undefined || !/^\d+$/.test(pos) || !/^[ACGTN]+$/i.test(ref)) return null;
  const keys = format.split(':');
  const values = sample.split(':');
  const read = (key: string): string | null => {
    const value = values[keys.indexOf(key)];
    return value === undefined || value === '.' ? null : value;
  };
  const genotype = read('GT') ?? './.';
  if (!/^(\d+|\.)([/|](\d+|\.))*$/.test(genotype)) return null;
  const alts = alt === '.' ? [] : alt.split(',');
  const called = genotype.split(/[/|]/).map((each) => (each === '.' ? null : Number(each)));
  if (called.some((each) => each !== null && each > alts.length)) return null;
  const position = Number(pos);
  const last = /(?:^|;)END=(\d+)(?:;|$)/.exec(info)?.[1];
  const copies = read('CN');
  const filtered = filter === 'PASS' || filter === '.' ? null : `filter ${filter}`;
  return {
    chromosome: chrom.replace(/^chr/i, ''),
    position,
    end: last === undefined ? position + ref.length - 1 : Number(last),
    ref: ref.toUpperCase(),
    alts: alts.map((each) => each.toUpperCase()),
    spoiled: filtered ?? (read('DP') === '0' ? 'no reads' : null),
    called,
    phased: genotype.includes('|'),
    phaseSet: read('PS'),
    copies: copies === null ? null : Number(copies),
    line,
  };
}
