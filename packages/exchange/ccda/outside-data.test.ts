import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { instant } from '@gemel/core/time';
import type * as fhir from '@medplum/fhirtypes';
import { describe, expect, test } from 'vitest';
import { sniffDoor } from '../doors.ts';
import { isError } from '../fhir/validate/issue.ts';
import { validateResource } from '../fhir/validate/validate.ts';
import { ccdaDoor } from './decode.ts';
import { encodeCcd } from './encode.ts';
import { bytesOf, decoded, type Found, resources } from './fixture.ts';

const data = process.env.GEMEL_DATA ?? join(import.meta.dirname, '../../../../shared/data');
const folders = ['ccda', 'ccda-fragments'].map((name) => join(data, name));
const files = folders.flatMap((folder) =>
  existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [],
);

describe.skipIf(files.length === 0)(`C-CDA examples (skipped where ${folders[0]} is absent)`, () => {
  test.each(files)('%s', (path) => {
    const bytes = new Uint8Array(readFileSync(path));
    const name = path.slice(path.lastIndexOf('/') + 1);
    expect(sniffDoor(bytes, name)?.id).toBe('ccda');
    const list = resources(bytes, { name });
    expect(list.length).toBeGreaterThan(0);
    const ids = list.map(({ resourceType, id }) => `${resourceType}/${id}`);
    expect(new Set(ids).size).toBe(ids.length);
    for (const each of list) expect(validateResource(each).filter(isError)).toEqual([]);
    for (const [, target] of JSON.stringify(list).matchAll(/"reference":"([A-Z]\w+\/[^"]+)"/g))
      expect(ids).toContain(target);
    for (const { fate, items, problems, kept } of decoded(bytes, { name })) {
      expect(fate === 'mapped').toBe(items.length > 0);
      if (fate === 'kept' && problems.length === 0) expect(kept).toBeDefined();
    }
    let last = 0;
    let elements = 0;
    for (const { byteStart, byteEnd } of ccdaDoor.fields!(bytes, { name })) {
      expect(byteStart).toBeGreaterThanOrEqual(last);
      expect(byteEnd).toBeLessThanOrEqual(bytes.length);
      last = byteStart;
      elements++;
    }
    const text = new TextDecoder().decode(bytes).replace(/<!--[\s\S]*?-->/g, '');
    expect(elements).toBe((text.match(/<[A-Za-z]/g) ?? []).length);
  });

  test('what a written document says is written the same again', () => {
    const options = { at: instant(1_700_000_000_000), custodian: 'House', software: 'Gemel' };
    for (const path of files.filter((each) => !each.includes('fragments'))) {
      const first = resources(new Uint8Array(readFileSync(path))) as readonly Found[];
      const again = (list: readonly Found[]) =>
        resources(bytesOf(encodeCcd(list as unknown as fhir.Resource[], { ...options, id: '2.25.1' }).document));
      const second = again(first);
      const strip = (list: readonly Found[]) =>
        list
          .filter(({ resourceType }) => resourceType !== 'Composition')
          .map((each) => JSON.stringify(each))
          .sort();
      expect(strip(again(second))).toEqual(strip(second));
    }
  });
});
