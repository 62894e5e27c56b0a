import { defineValidation } from '@gemel/core/validation';
import { isError } from '../fhir/validate/issue.ts';
import { validateResource } from '../fhir/validate/validate.ts';
import { hl7v2Door } from '../hl7v2/decode.ts';

const MESSAGES = `
  ADT-A01-01.hl7 ADT-A02-01.hl7 ADT-A03-01.hl7 ADT-A04-01.hl7 ADT-A05-01.hl7 ADT-A06-01.hl7
  ADT-A07-01.hl7 ADT-A08-01.hl7 ADT-A09-01.hl7 ADT-A10-01.hl7 ADT-A11-01.hl7 ADT-A13-01.hl7
  ADT-A14-01.hl7 ADT-A15-01.hl7 ADT-A16-01.hl7 ADT-A25-01.hl7 ADT-A26-01.hl7 ADT-A27-01.hl7
  ADT-A28-01.hl7 ADT-A29-01.hl7 ADT-A31-01.hl7 ADT-A40-01.hl7 ADT-A41-01.hl7 ADT-A45-01.hl7
  ADT-A47-01.hl7 ADT-A60-01.hl7 ADT01-23.hl7 ADT04-23.hl7 ADT04-28.hl7 BAR-P01-02.hl7 BAR-P02-02.hl7
  BAR-P12-02.hl7 DFT-P03-02.hl7 DFT-P11-02.hl7 LAB-ORM-1.hl7 LAB-ORU-2.hl7 MDHHS-OML-O21-1.hl7
  MDM-T01-01.hl7 MDM-T02-01.hl7 MDM-T02-03.hl7 MDM-T05-02.hl7 MDM-T06-02.hl7 MDM-T09-02.hl7
  MDM-T10-02.hl7 OMG-O19-01.hl7 OML-O21-01.hl7 OML-O21-03.hl7 ORM-O01-02.hl7 ORM-O01-04.hl7
  ORM-O01-06.hl7 ORU-R01-RMGEAD.hl7 OUL-R22-02.hl7 OUL-R23-02.hl7 OUL-R24-02.hl7
  PC1-Problem-Delete-v2.3.1.hl7 RDE-O11-01.hl7 RDE-O25-01.hl7 RDS-O13-01.hl7 REF-I12-01.hl7
  REF-I14-01.hl7 SIU-S12-01.hl7 SIU-S12_1.hl7 SIU-S13-02.hl7 SIU-S14-02.hl7 SIU-S15-02.hl7
  SIU-S16-02.hl7 SIU-S17-02.hl7 SIU-S26-02.hl7 VXU-V04-01.hl7 VXU.hl7
`
  .trim()
  .split(/\s+/);

/** Public sample messages of sixty-odd types, from 2.3 to 2.8, none of which was written for this door. */
export default defineValidation({
  id: 'hl7v2fhir2025',
  title: 'HL7 v2 messages to FHIR R4 by the v2-to-FHIR maps',
  citation: 'HL7 International, HL7 Version 2 to FHIR, STU 1; messages: microsoft/FHIR-Converter',
  data: MESSAGES.map((name) => `hl7v2/${name}`),
  slow: false,
  rows: [
    { name: 'files', unit: '', expected: 70 },
    { name: 'files with every field accounted for', unit: '', expected: 70 },
    { name: 'messages converted', unit: '', expected: 70 },
    { name: 'messages refused', unit: '', expected: 0 },
    { name: 'resources', unit: '', expected: null, atLeast: 1000 },
    { name: 'resources that are valid R4', unit: '%', expected: 100 },
    { name: 'references within a message that lead nowhere', unit: '', expected: 0 },
    { name: 'fields mapped', unit: '', expected: null },
    { name: 'fields kept as they stand', unit: '', expected: null },
    { name: 'fields refused with a code', unit: '', expected: null },
  ],
  run({ read }) {
    const count = { accounted: 0, converted: 0, refused: 0, resources: 0, valid: 0, dangling: 0 };
    const fates = { mapped: 0, kept: 0, refused: 0 };
    for (const name of MESSAGES) {
      const bytes = read(`hl7v2/${name}`);
      const options = { name };
      const made = [...hl7v2Door.resources!(bytes, options)] as {
        readonly resourceType: string;
        readonly id: string;
      }[];
      const known = new Set(made.map(({ resourceType, id }) => `${resourceType}/${id}`));
      count.resources += made.length;
      count.valid += made.filter((resource) => !validateResource(resource).some(isError)).length;
      for (const [, target] of JSON.stringify(made).matchAll(/"reference":"([^"]+)"/g))
        if (!known.has(target!)) count.dangling++;
      const messages = [...hl7v2Door.decode(bytes, options)];
      count.refused += messages.filter(({ type }) => type === 'message').length;
      count.converted += made.filter(({ resourceType }) => resourceType === 'MessageHeader').length;
      let at = 0;
      let covered = 0;
      for (const { byteStart, byteEnd, fate } of hl7v2Door.fields!(bytes, options)) {
        fates[fate]++;
        if (byteStart >= at && byteEnd > byteStart) covered += byteEnd - byteStart;
        at = byteEnd;
      }
      if (covered === contentOf(bytes)) count.accounted++;
    }
    return {
      files: MESSAGES.length,
      'files with every field accounted for': count.accounted,
      'messages converted': count.converted,
      'messages refused': count.refused,
      resources: count.resources,
      'resources that are valid R4': (100 * count.valid) / count.resources,
      'references within a message that lead nowhere': count.dangling,
      'fields mapped': fates.mapped,
      'fields kept as they stand': fates.kept,
      'fields refused with a code': fates.refused,
    };
  },
});

/** Bytes of a file that are neither line ends, nor names of segments, nor field separators: counted without the door. */
function contentOf(bytes: Uint8Array): number {
  let content = 0;
  for (const line of new TextDecoder('latin1').decode(bytes).split(/[\r\n]+/)) {
    const text = line.replace(/^\u00ef\u00bb\u00bf/, '');
    if (text.trim() === '') continue;
    content += text.slice(3).replaceAll('|', '').length;
    // The first separator of a header is its field 1.
    if (text.startsWith('MSH')) content++;
  }
  return content;
}
