import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instant } from '@gemel/core/time';
import { ccdaDoor } from '@gemel/exchange/ccda/decode';
import { encodeCcd } from '@gemel/exchange/ccda/encode';
import { convertCcdaToFhir, convertXmlToCcda } from '@medplum/ccda';
import type { Bench, BenchRow } from './bench.ts';

type Written = Parameters<typeof encodeCcd>[0];

const REPEATS = 5;
const UNIT = 'documents/s';
const options = { name: 'document.xml' };

/** Documents per CPU second, the best of several rounds over all of them, after one that the engine compiles in. */
function rate<T>(documents: readonly T[], work: (document: T) => unknown): number {
  for (const each of documents) work(each);
  let best = 0;
  for (let trial = 0; trial < REPEATS; trial++) {
    const start = process.cpuUsage();
    for (const each of documents) work(each);
    const { user, system } = process.cpuUsage(start);
    best = Math.max(best, documents.length / ((user + system) / 1e6));
  }
  return best;
}

/** What the peer makes of a document; null where it gives up. */
function byPeer(text: string): ReturnType<typeof convertCcdaToFhir> | null {
  try {
    return convertCcdaToFhir(convertXmlToCcda(text));
  } catch {
    return null;
  }
}

/** HL7's eleven example documents, 48 to 220 kB: to FHIR, with the account of every element, into the log's items, and back. */
export default {
  id: 'ccda',
  title: 'C-CDA documents, per second on one core',
  async run(): Promise<readonly BenchRow[]> {
    const folder = join(process.env.GEMEL_DATA ?? join(import.meta.dirname, '../../shared/data'), 'ccda');
    if (!existsSync(folder))
      return [{ name: 'documents: Gemel', value: null, unit: UNIT, note: `${folder} is not there` }];
    const bytes = readdirSync(folder).map((name) => new Uint8Array(readFileSync(join(folder, name))));
    const texts = bytes.map((each) => new TextDecoder().decode(each));
    const records = bytes.map((each) => [...ccdaDoor.resources!(each, options)] as unknown as Written);
    const made = records.reduce((sum, each) => sum + each.length, 0);
    const theirs = texts.map(byPeer);
    const failed = theirs.filter((each) => each === null).length;
    const theirsMade = theirs.reduce((sum, each) => sum + (each?.entry?.length ?? 0), 0);
    const toFhir = rate(bytes, (each) => [...ccdaDoor.resources!(each, options)]);
    // The peer is timed on the documents it converts, and so is Gemel beside it.
    const both = texts.map((text, i) => ({ text, bytes: bytes[i]! })).filter((_, i) => theirs[i] !== null);
    const peer = rate(both, ({ text }) => byPeer(text));
    const besideMade = records.reduce((sum, each, i) => sum + (theirs[i] === null ? 0 : each.length), 0);
    const beside = rate(both, (each) => [...ccdaDoor.resources!(each.bytes, options)]);
    const writing = { at: instant(1_700_000_000_000), custodian: 'House', software: 'Gemel' };
    return [
      { name: 'to FHIR, every resource checked: Gemel', value: toFhir, unit: UNIT, note: `${made} resources` },
      {
        name: `the ${both.length} that the peer converts, to FHIR: Gemel`,
        value: beside,
        unit: UNIT,
        ratio: 1,
        note: `${besideMade} resources`,
      },
      {
        name: `the ${both.length} that the peer converts, to FHIR: @medplum/ccda 5.1.10`,
        value: peer,
        unit: UNIT,
        ratio: peer / beside,
        note: `${theirsMade} resources; ${failed} of ${texts.length} documents not converted`,
      },
      {
        name: 'into items of the log: Gemel',
        value: rate(bytes, (each) => [...ccdaDoor.decode(each, options)]),
        unit: UNIT,
      },
      {
        name: 'account of every element: Gemel',
        value: rate(bytes, (each) => [...ccdaDoor.fields!(each, options)]),
        unit: UNIT,
      },
      { name: 'FHIR to a CCD: Gemel', value: rate(records, (each) => encodeCcd(each, writing)), unit: UNIT },
    ];
  },
} satisfies Bench;
