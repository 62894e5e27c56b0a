import { defineValidation } from '@gemel/core/validation';
import { ccdaDoor } from '../ccda/decode.ts';
import { isError } from '../fhir/validate/issue.ts';
import { validateResource } from '../fhir/validate/validate.ts';
import { CCDA_FILES } from './ccda2016.data.ts';

const LINK = /"reference":"([A-Z]\w+\/[^"]+)"/g;

/** HL7's own example documents, and the entries and sections that its Examples Task Force published one by one. */
export default defineValidation({
  id: 'ccda2016',
  title: 'C-CDA R2.1 documents and fragments to FHIR R4 by the C-CDA on FHIR maps',
  citation: 'HL7 International, C-CDA on FHIR, STU 1; documents: HL7/C-CDA-Examples',
  data: CCDA_FILES,
  slow: false,
  rows: [
    { name: 'files', unit: '', expected: 152 },
    { name: 'files converted', unit: '', expected: null, atLeast: 150 },
    { name: 'files with every element accounted for', unit: '', expected: 152 },
    { name: 'resources', unit: '', expected: null, atLeast: 1200 },
    { name: 'resources that are valid R4', unit: '%', expected: 100 },
    { name: 'references within a file that lead nowhere', unit: '', expected: 0 },
    { name: 'entries kept because nothing understands them', unit: '', expected: null, atMost: 5 },
    { name: 'elements', unit: '', expected: null },
    { name: 'elements mapped, share', unit: '%', expected: null, atLeast: 90 },
    { name: 'elements kept as they stand, share', unit: '%', expected: null },
    { name: 'elements refused with a code, share', unit: '%', expected: null },
  ],
  run({ read }) {
    const fates = { mapped: 0, kept: 0, refused: 0 };
    const count = { converted: 0, whole: 0, resources: 0, valid: 0, dangling: 0, unknown: 0 };
    for (const path of CCDA_FILES) {
      const bytes = read(path);
      const options = { name: path };
      const resources = [...ccdaDoor.resources!(bytes, options)] as { resourceType: string; id: string }[];
      if (resources.length > 0) count.converted++;
      count.resources += resources.length;
      count.valid += resources.filter((each) => !validateResource(each).some(isError)).length;
      const ids = new Set(resources.map(({ resourceType, id }) => `${resourceType}/${id}`));
      for (const [, target] of JSON.stringify(resources).matchAll(LINK)) if (!ids.has(target!)) count.dangling++;
      let elements = 0;
      for (const { fate, codes } of ccdaDoor.fields!(bytes, options)) {
        fates[fate]++;
        elements++;
        if (codes.includes('ccda-statement-unknown')) count.unknown++;
      }
      const text = new TextDecoder().decode(bytes).replace(/<!--[\s\S]*?-->/g, '');
      if (elements === (text.match(/<[A-Za-z]/g) ?? []).length) count.whole++;
    }
    const all = fates.mapped + fates.kept + fates.refused;
    return {
      files: CCDA_FILES.length,
      'files converted': count.converted,
      'files with every element accounted for': count.whole,
      resources: count.resources,
      'resources that are valid R4': (100 * count.valid) / count.resources,
      'references within a file that lead nowhere': count.dangling,
      'entries kept because nothing understands them': count.unknown,
      elements: all,
      'elements mapped, share': (100 * fates.mapped) / all,
      'elements kept as they stand, share': (100 * fates.kept) / all,
      'elements refused with a code, share': (100 * fates.refused) / all,
    };
  },
});
