import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const DATE = '20240101';
const MODULE = '900000000000207008';
export const WORDS =
  'acute chronic fracture bone infection heart lung renal vein artery nerve skin left right upper lower'.split(' ');

/** Code of the n-th concept. */
export const codeAt = (n: number): string => String(10_000_000 + n);

/** Parents of the n-th concept: a tree of ten children each, and a second parent for three in ten, as SNOMED CT has it. */
export function parentsAt(n: number): readonly number[] {
  if (n === 0) return [];
  const first = Math.floor((n - 1) / 10);
  if (n % 10 >= 3 || first === 0) return [first];
  const second = (first * 7919 + n) % first;
  return second === first ? [first] : [first, second];
}

export function nameAt(n: number): string {
  return `${WORDS[n % 16]} ${WORDS[(n >> 4) % 16]} ${WORDS[(n >> 8) % 16]} finding ${n}`;
}

/** Writes a release in RF2 with so many concepts, a full name and a synonym each; returns the number of its rows. */
export function writeRelease(folder: string, concepts: number): number {
  const terminology = join(folder, 'Snapshot', 'Terminology');
  mkdirSync(terminology, { recursive: true });
  const file = (name: string, header: string, rows: (n: number) => readonly string[]): number => {
    const handle = openSync(join(terminology, `${name}_INT_${DATE}.txt`), 'w');
    let count = 0;
    let block = `${header}\r\n`;
    for (let n = 0; n < concepts; n++) {
      for (const row of rows(n)) {
        block += `${row}\r\n`;
        count++;
      }
      if (block.length > 1 << 20) {
        writeSync(handle, block);
        block = '';
      }
    }
    writeSync(handle, block);
    closeSync(handle);
    return count;
  };
  const concept = (code: string) => `${code}\t${DATE}\t1\t${MODULE}\t900000000000074008`;
  const description = (id: string, code: string, type: string, term: string) =>
    `${id}\t${DATE}\t1\t${MODULE}\t${code}\ten\t${type}\t${term}\t900000000000448009`;
  const isA = (id: string, from: string, to: string) =>
    `${id}\t${DATE}\t1\t${MODULE}\t${from}\t${to}\t0\t116680003\t900000000000011006\t900000000000451002`;
  return (
    file('sct2_Concept_Snapshot', 'id\teffectiveTime\tactive\tmoduleId\tdefinitionStatusId', (n) => [
      concept(codeAt(n)),
    ]) +
    file(
      'sct2_Description_Snapshot-en',
      'id\teffectiveTime\tactive\tmoduleId\tconceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId',
      (n) => [
        description(`${n}1`, codeAt(n), '900000000000003001', `${nameAt(n)} (finding)`),
        description(`${n}2`, codeAt(n), '900000000000013009', nameAt(n)),
      ],
    ) +
    file(
      'sct2_Relationship_Snapshot',
      'id\teffectiveTime\tactive\tmoduleId\tsourceId\tdestinationId\trelationshipGroup\ttypeId\tcharacteristicTypeId\tmodifierId',
      (n) => parentsAt(n).map((parent, i) => isA(`${n}${i}`, codeAt(n), codeAt(parent))),
    )
  );
}
