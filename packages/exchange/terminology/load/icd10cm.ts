import type { LoadStep, ReleaseFormat, SystemWriter } from '../release.ts';
import { synonym } from '../release.ts';
import { Reading } from './rows.ts';

export const ICD10CM = 'http://hl7.org/fhir/sid/icd-10-cm';
const ORDER = /(^|\/)icd10cm[-_]?order[^/]*\.txt$/i;

/** ICD-10-CM as its order file: order number, code without point, whether it is billable, short and long name, by columns. */
export const icd10cmFormat: ReleaseFormat = {
  id: 'icd10cm-order',
  title: 'ICD-10-CM (order file)',
  knows: ({ paths }) => paths.some((path) => ORDER.test(path)),
  *load(files, writer, report, options) {
    const reading = new Reading(files, report);
    const path = reading.path(ORDER)!;
    const year = /order[-_]?(?:addenda[-_]?)?(\d{4})/i.exec(path)?.[1];
    const system = writer.system({
      url: ICD10CM,
      version: options.version ?? year ?? null,
      name: 'ICD-10-CM',
      caseSensitive: false,
      hierarchy: 'is-a',
      valueSet: `${ICD10CM}/vs`,
      complete: true,
      notice: null,
    });
    yield* readOrder(reading, path, system);
    system.finish();
  },
};

function* readOrder(reading: Reading, path: string, system: SystemWriter): Generator<LoadStep, void, void> {
  for (const { text, line, chunk } of reading.lines(path)) {
    if (chunk) yield { path, bytes: reading.bytes };
    if (text.trim() === '') continue;
    const bare = text.slice(6, 14).trim();
    const billable = text[14];
    const short = text.slice(16, 77).trim();
    const long = text.slice(77).trim();
    if (!/^\d{5} /.test(text) || !/^[A-Z]\d[A-Z0-9]{1,5}$/i.test(bare) || (billable !== '0' && billable !== '1')) {
      reading.problem('terminology-row', `${path}: line ${line} is not laid out as the order file is`, {
        file: path,
        line,
      });
      continue;
    }
    const display = long || short;
    const n = system.add({
      code: pointed(bare),
      display,
      definition: null,
      inactive: false,
      abstract: billable === '0',
    });
    if (n < 0) {
      reading.problem('terminology-code-twice', `${path}: ${bare} is there twice`, { file: path, line });
      continue;
    }
    if (short !== '' && short !== display) system.designate(n, synonym(short, null, 'en'));
    // A code stands under the longest shorter one that begins it; a header comes before what it heads.
    for (let length = bare.length - 1; length >= 3; length--) {
      const parent = system.find(pointed(bare.slice(0, length)));
      if (parent < 0) continue;
      system.place(n, parent);
      break;
    }
  }
}

function pointed(bare: string): string {
  return bare.length > 3 ? `${bare.slice(0, 3)}.${bare.slice(3)}` : bare;
}
