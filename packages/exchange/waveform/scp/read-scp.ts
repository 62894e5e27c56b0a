import type { Problem } from '@gemel/core/error';
import { waveformErrors } from '../errors.data.ts';
import { type RecordedSignal, type Recording, type Remarks, remarks } from '../recording.ts';
import { DEFAULT_TABLE, type HuffmanTable } from './huffman.ts';
import { type LeadData, readLeadData, readTables } from './lead-data.ts';
import { SCP_LEADS } from './leads.data.ts';
import { readPatient } from './patient.ts';
import { looksLikeScp, readSections, type Section } from './section.ts';

interface LeadSpec {
  readonly name: string;
  /** First and last sample, from 1. */
  readonly first: number;
  readonly last: number;
}

/**
 * Reads an SCP-ECG record (EN 1064, ISO 11073-91064): patient, leads, rhythm with Huffman codes, differences and reference beat
 * subtraction; measurements and diagnosis are kept as text. Bimodal compression is refused by name.
 * @throws waveform-header, waveform-format-unread
 */
export function readScp(bytes: Uint8Array, file: string): Recording {
  const fail = (message: string, section?: Section): never => {
    throw waveformErrors.error('waveform-header', `${file}: ${message}`, {
      file,
      ...(section === undefined ? {} : { byte: section.byte }),
    });
  };
  if (!looksLikeScp(bytes)) fail('it does not begin as SCP-ECG does');
  const remark = remarks(file);
  const sections = readSections(bytes, file, remark);
  const leadSection = sections.get(3) ?? fail('it has no section 3, which names the leads');
  const rhythmSection = sections.get(6) ?? fail('it has no section 6, which holds the rhythm');
  const { leads, subtracted } = readLeads(leadSection.data) ?? fail('section 3 ends early', leadSection);
  const tables = tablesOf(sections.get(2), fail);
  const counts = leads.map(({ first, last }) => Math.max(0, last - first + 1));
  const rhythm = readLeadData(rhythmSection, counts, tables) ?? fail('section 6 ends early', rhythmSection);
  if (rhythm.bimodal) {
    const message = `${file}: its rhythm is compressed in two rates (bimodal)`;
    throw waveformErrors.error('waveform-format-unread', message, { file, byte: rhythmSection.byte + 5 });
  }
  if (rhythm.nanovolts === 0 || rhythm.interval === 0)
    fail('section 6 gives no unit or no sampling interval', rhythmSection);
  const beat = referenceBeat(sections.get(5), sections.get(4), leads.length, tables);
  if (subtracted) addReferenceBeat(rhythm, beat, sections.get(4), leads, remark, rhythmSection, file);
  if (rhythm.damaged.length > 0) {
    const names = rhythm.damaged.map((lead) => leads[lead]!.name).join(', ');
    remark.note('exchange-truncated', `${file}: the data of ${names} end early`, { byte: rhythmSection.byte });
  }
  const patientSection = sections.get(1);
  const patient = patientSection === undefined ? null : readPatient(patientSection);
  if (patient !== null && patient.damage !== null) {
    remark.note('exchange-truncated', `${file}: section 1 ends within a tag`, { byte: patient.damage });
  }
  const frequency = 1e6 / rhythm.interval;
  return {
    subject: patient?.subject ?? null,
    facts: patient?.facts ?? [],
    start: patient?.start ?? null,
    ...(patient?.device == null ? {} : { device: patient.device }),
    signals: leads.map(
      ({ name, first }, lead): RecordedSignal => ({
        name,
        unit: 'uV',
        frequency,
        gain: 1000 / rhythm.nanovolts,
        baseline: 0,
        runs: [{ after: Math.max(0, first - 1) / frequency, samples: rhythm.leads[lead]! }],
        place: { element: `section 6 lead ${lead} (${name})`, byteStart: rhythmSection.byte },
        problems: [],
      }),
    ),
    marks: [],
    refused: [],
    header: {
      ...patient?.rest,
      ...(beat === null ? {} : { referenceBeat: beatText(beat, leads) }),
      ...measurements(sections.get(7)),
      ...diagnosis(sections.get(8)),
      otherSections: [...sections.keys()].filter((id) => id > 8),
    },
    problems: remark.problems satisfies Problem[],
  };
}

/** Section 3: leads with their first and last sample, and whether the reference beat was subtracted. */
function readLeads(data: DataView): { readonly leads: readonly LeadSpec[]; readonly subtracted: boolean } | null {
  const count = data.byteLength < 2 ? 0 : data.getUint8(0);
  if (count === 0 || data.byteLength < 2 + 9 * count) return null;
  const leads = Array.from({ length: count }, (_, i) => {
    const id = data.getUint8(2 + 9 * i + 8);
    return {
      name: SCP_LEADS.get(id) ?? `lead ${id}`,
      first: data.getUint32(2 + 9 * i, true),
      last: data.getUint32(2 + 9 * i + 4, true),
    };
  });
  return { leads, subtracted: (data.getUint8(1) & 1) === 1 };
}

/** Without section 2 the data are not coded. */
function tablesOf(
  section: Section | undefined,
  fail: (message: string, at?: Section) => never,
): readonly HuffmanTable[] | null {
  if (section === undefined) return null;
  const tables = readTables(section);
  if (typeof tables === 'string') return fail(`section 2 (Huffman tables): ${tables}`, section);
  return tables ?? [DEFAULT_TABLE];
}

/** Section 5; section 4 says how many milliseconds the beat lasts. */
function referenceBeat(
  section: Section | undefined,
  locations: Section | undefined,
  leads: number,
  tables: readonly HuffmanTable[] | null,
): LeadData | null {
  if (section === undefined || locations === undefined || locations.data.byteLength < 6 || section.data.byteLength < 6)
    return null;
  const interval = section.data.getUint16(2, true);
  if (interval === 0) return null;
  const samples = Math.floor((locations.data.getUint16(0, true) * 1000) / interval);
  return readLeadData(
    section,
    Array.from({ length: leads }, () => samples),
    tables,
  );
}

/** Puts the reference beat back where it was subtracted (EN 1064, 5.7 and annex C.5.1): around each QRS of type 0. */
function addReferenceBeat(
  rhythm: LeadData,
  beat: LeadData | null,
  locations: Section | undefined,
  leads: readonly LeadSpec[],
  remark: Remarks,
  section: Section,
  file: string,
): void {
  if (beat === null || locations === undefined || beat.interval !== rhythm.interval || beat.nanovolts === 0) {
    const message = `${file}: its reference beat was subtracted, and is not there in the rhythm's own rate`;
    throw waveformErrors.error('waveform-format-unread', message, { file, byte: section.byte });
  }
  const { data } = locations;
  const fiducial = data.getUint16(2, true);
  const count = Math.min(data.getUint16(4, true), Math.floor((data.byteLength - 6) / 14));
  if (count < data.getUint16(4, true))
    remark.note('exchange-truncated', `${file}: section 4 ends early`, { byte: locations.byte });
  const scale = beat.nanovolts / rhythm.nanovolts;
  for (let i = 0; i < count; i++) {
    const at = 6 + 14 * i;
    if (data.getUint16(at, true) !== 0) continue;
    const [begin, center, end] = [
      data.getUint32(at + 2, true),
      data.getUint32(at + 6, true),
      data.getUint32(at + 10, true),
    ];
    for (const [lead, { first }] of leads.entries()) {
      const samples = rhythm.leads[lead]!;
      const shape = beat.leads[lead]!;
      const from = Math.max(begin, first, center - fiducial + 1);
      const to = Math.min(end, first + samples.length - 1, center - fiducial + shape.length);
      for (let n = from; n <= to; n++)
        samples[n - first] = samples[n - first]! + Math.round(scale * shape[n - center + fiducial - 1]!);
    }
  }
}

function beatText({ nanovolts, interval, leads }: LeadData, specs: readonly LeadSpec[]) {
  return {
    nanovolts,
    microseconds: interval,
    leads: Object.fromEntries(specs.map(({ name }, i) => [name, [...leads[i]!]])),
  };
}

/** Section 7: the mean RR and PP intervals in ms; 29999 stands for none. */
function measurements(section: Section | undefined): Record<string, number> {
  if (section === undefined || section.data.byteLength < 6) return {};
  const known = { meanRR: section.data.getUint16(2, true), meanPP: section.data.getUint16(4, true) };
  return Object.fromEntries(Object.entries(known).filter(([, value]) => value !== 29_999 && value !== 0));
}

/** Section 8: the statements of the diagnosis, in words. */
function diagnosis(section: Section | undefined): Record<string, unknown> {
  if (section === undefined || section.data.byteLength < 9) return {};
  const { data } = section;
  const latin = new TextDecoder('latin1');
  const statements: string[] = [];
  let at = 9;
  for (let i = 0; i < data.getUint8(8) && at + 3 <= data.byteLength; i++) {
    const length = Math.min(data.getUint16(at + 1, true), data.byteLength - at - 3);
    statements.push(
      latin
        .decode(new Uint8Array(data.buffer, data.byteOffset + at + 3, length))
        .replace(/\0+$/, '')
        .trim(),
    );
    at += 3 + length;
  }
  return { diagnosis: { confirmed: data.getUint8(0), statements: statements.filter((text) => text !== '') } };
}
