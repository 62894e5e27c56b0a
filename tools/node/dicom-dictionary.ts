/**
 * Compiles the registry of data elements (DICOM PS3.6, table 6-1 and those of chapters 7 to 9) to the table the DICOM reader
 * looks value representations up in: `node tools/node/dicom-dictionary.ts FILE`, where FILE is `_dicom_dict.py` of pydicom
 * (MIT), generated from the standard. Facts only: tag, value representation, keyword.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { ROOT } from './repository.ts';

const source = readFileSync(process.argv[2]!, 'utf8');
const single: string[] = [];
const repeating: string[] = [];
const row =
  /^\s+(?:0x([0-9A-Fa-f]{8})|'([0-9A-Fa-fx]{8})'): \('([A-Za-z ]+)', '[^']*', (?:'[^']*'|"[^"]*"), '[^']*', '(\w*)'\)/gm;
for (const [, tag, pattern, vr, keyword] of source.matchAll(row)) {
  if (vr === 'NONE') continue;
  const short = vr!.replaceAll(' or ', '/');
  if (tag !== undefined) single.push(`${tag.toUpperCase()} ${short} ${keyword}`.trim());
  else repeating.push(`${pattern!.toUpperCase().replaceAll('X', 'x')} ${short} ${keyword}`.trim());
}
single.sort();
repeating.sort();
const text = (rows: readonly string[]) => `\`\n${rows.join('\n')}\n\``;
writeFileSync(
  join(ROOT, 'packages/exchange/dicom/dictionary.data.ts'),
  `/** Registered data elements, one a line: tag, value representations, keyword. DICOM PS3.6; compiled by tools/node/dicom-dictionary.ts. */
export const ELEMENTS = ${text(single)};

/** Elements of repeating groups; x stands for any hexadecimal digit. */
export const REPEATING = ${text(repeating)};
`,
);
process.stdout.write(`${single.length} elements, ${repeating.length} repeating\n`);
