import { coding, RXNORM } from '@gemel/core/concept';
import { mapping } from '../concept-map.ts';
import {
  codeProperty,
  type LoadStep,
  type ReleaseFormat,
  type ReleaseWriter,
  type SystemWriter,
  stringProperty,
  synonym,
} from '../release.ts';
import { isRow, Reading } from './rows.ts';

const ATOMS = /(^|\/)RXNCONSO\.RRF$/i;
const NOTICE =
  'This product uses publicly available data courtesy of the U.S. National Library of Medicine (NLM), National Institutes of Health, Department of Health and Human Services; NLM is not responsible for the product and does not endorse or recommend this or any other product.';
/** Term types that only name again what another names. */
const OTHER_NAMES: ReadonlySet<string> = new Set(['SY', 'TMSY', 'PSN', 'ET']);
export const NDC = 'http://hl7.org/fhir/sid/ndc';
/** The map from national drug codes that a release implies. */
export const NDC_MAP = `${RXNORM}/ndc`;

/** RxNorm in Rich Release Format: concepts of SAB RXNORM with term types, relations, attributes and national drug codes. */
export const rxnormFormat: ReleaseFormat = {
  id: 'rxnorm-rrf',
  title: 'RxNorm (RRF)',
  knows: ({ paths }) => paths.some((path) => ATOMS.test(path)),
  *load(files, writer, report, options) {
    const reading = new Reading(files, report);
    let version = options.version ?? null;
    const sources = reading.path(/(^|\/)RXNSAB\.RRF$/i);
    if (version === null && sources !== null) {
      // VCUI RCUI VSAB RSAB SON SF SVER …
      for (const row of reading.parted(sources, '|', 7)) {
        if (isRow(row) && row.cells[3] === 'RXNORM') version = row.cells[6] || null;
      }
    }
    const system = writer.system({
      url: RXNORM,
      version,
      name: 'RxNorm',
      caseSensitive: true,
      hierarchy: 'is-a',
      valueSet: `${RXNORM}/vs`,
      complete: true,
      notice: NOTICE,
    });
    yield* readAtoms(reading, system);
    yield* readRelations(reading, system);
    yield* readTypes(reading, system);
    yield* readAttributes(reading, system, writer, version);
    const circle = system.finish();
    if (circle !== null) reading.problem('terminology-circle', `${circle} lies on a circle`, { file: files.name });
  },
};

function* readAtoms(reading: Reading, system: SystemWriter): Generator<LoadStep, void, void> {
  const path = reading.path(ATOMS)!;
  const named = new Set<number>();
  // RXCUI LAT TS LUI STT SUI ISPREF RXAUI SAUI SCUI SDUI SAB TTY CODE STR SRL SUPPRESS CVF
  for (const row of reading.parted(path, '|', 17)) {
    if (!isRow(row)) {
      yield row;
      continue;
    }
    const [code, , , , , , , , , , , source, type, , name, , suppress] = row.cells;
    if (source !== 'RXNORM') continue;
    if (!/^\d{1,8}$/.test(code!)) {
      reading.problem('terminology-row', `${path}: "${code!.slice(0, 40)}" is no RXCUI`, {
        file: path,
        line: row.line,
      });
      continue;
    }
    const inactive = suppress !== 'N';
    const known = system.find(code!);
    const n =
      known >= 0 ? known : system.add({ code: code!, display: name!, definition: null, inactive, abstract: false });
    if (!OTHER_NAMES.has(type!) && !named.has(n)) {
      named.add(n);
      system.rename(n, name!);
      system.describe(n, stringProperty('TTY', type!));
    } else system.designate(n, synonym(name!, coding(`${RXNORM}/tty`, type!), 'en'));
  }
}

/** RXCUI2 stands in the relation to RXCUI1: `isa` puts it below, any other becomes a property of it. */
function* readRelations(reading: Reading, system: SystemWriter): Generator<LoadStep, void, void> {
  const path = reading.path(/(^|\/)RXNREL\.RRF$/i);
  if (path === null) return;
  // RXCUI1 RXAUI1 STYPE1 REL RXCUI2 RXAUI2 STYPE2 RELA RUI SRUI SAB SL DIR RG SUPPRESS CVF
  for (const row of reading.parted(path, '|', 11)) {
    if (!isRow(row)) {
      yield row;
      continue;
    }
    const [first, , , relation, second, , , exact, , , source] = row.cells;
    if (source !== 'RXNORM' || first === '' || second === '') continue;
    const to = system.find(first!);
    const from = system.find(second!);
    if (to < 0 || from < 0) {
      const message = `${path}: line ${row.line} relates ${second} to ${first}, which the release does not both hold`;
      reading.problem('terminology-row-unmatched', message, { file: path, line: row.line });
    } else if (exact === 'isa') system.place(from, to);
    else if (exact !== 'inverse_isa') system.describe(from, codeProperty(exact || relation!, first!));
  }
}

function* readTypes(reading: Reading, system: SystemWriter): Generator<LoadStep, void, void> {
  const path = reading.path(/(^|\/)RXNSTY\.RRF$/i);
  if (path === null) return;
  // RXCUI TUI STN STY ATUI CVF
  for (const row of reading.parted(path, '|', 4)) {
    if (!isRow(row)) yield row;
    else {
      const n = system.find(row.cells[0]!);
      // Types are given for the concepts of all sources; only RxNorm's own are here.
      if (n >= 0) system.describe(n, stringProperty('STY', row.cells[1]!));
    }
  }
}

function* readAttributes(
  reading: Reading,
  system: SystemWriter,
  writer: ReleaseWriter,
  version: string | null,
): Generator<LoadStep, void, void> {
  const path = reading.path(/(^|\/)RXNSAT\.RRF$/i);
  if (path === null) return;
  const head = { id: null, url: NDC_MAP, version, name: 'NDC to RxNorm', source: null, target: null, unmapped: [] };
  const map = writer.map(head);
  // RXCUI LUI SUI RXAUI STYPE CODE ATUI SATUI ATN SAB ATV SUPPRESS CVF
  for (const row of reading.parted(path, '|', 11)) {
    if (!isRow(row)) {
      yield row;
      continue;
    }
    const [code, , , , , , , , name, source, value, suppress] = row.cells;
    if (source !== 'RXNORM') continue;
    const n = system.find(code!);
    if (n < 0) {
      const message = `${path}: line ${row.line} names ${code!.slice(0, 40)}, which the release does not hold`;
      reading.problem('terminology-row-unmatched', message, { file: path, line: row.line });
    } else if (name !== 'NDC') system.describe(n, stringProperty(name!, value!));
    // A package has one product; the product, many packages.
    else if (suppress === 'N')
      map.add(mapping({ system: NDC, code: value! }, { system: RXNORM, code: code! }, 'wider'));
  }
}
