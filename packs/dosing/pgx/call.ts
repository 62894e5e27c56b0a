import { type Allele, type Gene, genes, type Site } from './genes.data.ts';
import { type Genotype, indeterminate } from './genotype.ts';
import type { Vcf, VcfRecord } from './vcf.ts';

/** Whether a site is altered on each of two chromosomes. */
interface SiteCall {
  readonly site: Site;
  readonly altered: readonly [boolean, boolean];
  readonly phased: boolean;
  readonly phaseSet: string | null;
}

/**
 * The genotype of every gene of the table from the calls of a VCF. A site without a call is not taken for the reference: a missing
 * site, a spoiled call, copies other than two, an unlisted allele and phase that is not resolved each leave the gene indeterminate.
 */
export function callGenotypes(vcf: Vcf): readonly Genotype[] {
  return genes.map((gene) =>
    vcf.grch38 ? callGene(gene, vcf.records) : indeterminate(gene.name, 'The file does not say that it is of GRCh38.'),
  );
}

function callGene(gene: Gene, all: readonly VcfRecord[]): Genotype {
  const records = all.filter(({ chromosome }) => chromosome === gene.chromosome);
  const calls: SiteCall[] = [];
  const missing: string[] = [];
  for (const { site } of gene.alleles) {
    if (site === undefined) continue;
    const call = callSite(site, records);
    if (typeof call !== 'string') calls.push(call);
    else if (call === MISSING) missing.push(site.rsid);
    else return indeterminate(gene.name, `${site.rsid}: ${call}.`);
  }
  if (missing.length > 0) return indeterminate(gene.name, `Not covered: ${missing.join(', ')}.`);
  const split = calls.filter(({ altered: [a, b] }) => a !== b);
  const together = split.every(({ phased, phaseSet }) => phased && phaseSet === split[0].phaseSet);
  if (split.length > 1 && !together) {
    const names = split.map(({ site }) => site.rsid).join(' and ');
    return indeterminate(gene.name, `The phase of ${names} is not resolved.`);
  }
  const [a, b] = [0, 1].map((chromosome) =>
    alleleOf(
      gene,
      calls.filter(({ altered }) => altered[chromosome]).map(({ site }) => site.rsid),
    ),
  );
  if (a === null || b === null) return indeterminate(gene.name, 'Sites are altered together as in no listed allele.');
  const order = (allele: Allele) => gene.alleles.indexOf(allele);
  return { kind: 'diplotype', gene: gene.name, alleles: order(a) <= order(b) ? [a, b] : [b, a] };
}

const MISSING = 'not covered';

/** The call of a site, or why there is none. */
function callSite(site: Site, records: readonly VcfRecord[]): SiteCall | string {
  const last = site.position + site.ref.length - 1;
  const over = records.filter(({ position, end }) => position <= last && end >= site.position);
  const symbolic = over.find(({ alts, called }) => alts.some((alt, i) => isCopies(alt) && called.includes(i + 1)));
  if (symbolic !== undefined || over.some(({ copies }) => copies !== null && copies !== 2)) return 'copy number';
  const own = over.filter(
    ({ position, end }) => position === site.position || (position < site.position && end >= last),
  );
  const used = own.filter(({ spoiled }) => spoiled === null);
  if (used.length === 0) return own.length === 0 ? MISSING : `call is spoiled (${own[0].spoiled})`;
  // A neighbour that ends where the site begins says nothing of it, unless it is altered.
  if (over.some((each) => !used.includes(each) && each.spoiled === null && isAltered(each))) return 'other allele';
  let found: SiteCall | null = null;
  for (const record of used) {
    const { position, ref, alts, called, phased, phaseSet } = record;
    if (called.some((each) => each === null)) return MISSING;
    if (called.length !== 2) return 'copy number';
    // A block that was read as the reference need not spell it.
    if (position === site.position && ref[0] !== 'N' && !ref.startsWith(site.ref[0]))
      return 'reference base is not that of GRCh38';
    const kinds = called.map((each) =>
      each === 0 ? false : matches(site, position, ref, alts[each! - 1]) ? true : null,
    );
    if (kinds.some((each) => each === null)) return 'other allele';
    const altered = [kinds[0]!, kinds[1]!] as const;
    if (found !== null && (altered[0] || altered[1]) && (found.altered[0] || found.altered[1])) return 'called twice';
    if (found === null || altered[0] || altered[1]) found = { site, altered, phased, phaseSet };
  }
  return found ?? MISSING;
}

function isCopies(alt: string): boolean {
  return /^<(DEL|DUP|CNV|CN\d+)/.test(alt);
}

function isAltered({ called }: VcfRecord): boolean {
  return called.some((each) => each !== 0);
}

/** Whether a line's alternative is the site's, however many bases of the reference it carries along behind. */
function matches(site: Site, position: number, ref: string, alt: string): boolean {
  if (position !== site.position || !ref.startsWith(site.ref)) return false;
  return alt === site.alt + ref.slice(site.ref.length);
}

/** The allele whose sites are altered on one chromosome. */
function alleleOf(gene: Gene, altered: readonly string[]): Allele | null {
  const named = gene.alleles.filter(({ site, with: others = [] }) => {
    if (site === undefined) return altered.length === 0;
    return altered.includes(site.rsid) && altered.every((rsid) => rsid === site.rsid || others.includes(rsid));
  });
  return named.length === 1 ? named[0] : null;
}
