import r4 from 'fhirpath/fhir-context/r4';
import { SaxesParser } from 'saxes';
import { PathDecimal } from './expression.ts';

interface Open {
  readonly name: string;
  /** Type in the model's own terms: `HumanName`, or a path such as `Patient.contact`. */
  readonly path: string;
  readonly fields: Record<string, unknown>;
  value?: string;
}

const FHIR = 'http://hl7.org/fhir';

/**
 * A resource in XML as its JSON form, with decimals as they are written. For the inputs of the FHIRPath test suite: what stands
 * once becomes no array, except extensions, which an expression cannot tell apart; narrative is kept as text.
 * @throws where the text is not well-formed, or is no resource
 */
export function xmlResource(text: string): Record<string, unknown> {
  const parser = new SaxesParser({ xmlns: true });
  const stack: Open[] = [];
  let result: Record<string, unknown> | null = null;
  let narrative: { depth: number; text: string } | null = null;
  parser.on('error', (error) => {
    throw error;
  });
  parser.on('opentag', ({ local, uri, attributes }) => {
    if (uri !== FHIR) {
      narrative ??= { depth: 0, text: '' };
      narrative.depth++;
      narrative.text += `<${local}${narrative.depth === 1 ? ' xmlns="http://www.w3.org/1999/xhtml"' : ''}>`;
      return;
    }
    const above = stack.at(-1);
    const resource = /^[A-Z]/.test(local);
    const fields: Record<string, unknown> = resource ? { resourceType: local } : {};
    for (const name of ['id', 'url']) {
      const attribute = attributes[name];
      if (attribute !== undefined) fields[name] = attribute.value;
    }
    const value = attributes.value?.value;
    const path = resource ? local : typeOf(above!.path, local);
    stack.push({ name: local, path, fields, ...(value === undefined ? {} : { value }) });
  });
  parser.on('text', (words) => {
    if (narrative !== null) narrative.text += words.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  });
  parser.on('closetag', ({ local, uri }) => {
    if (uri !== FHIR) {
      narrative!.text += `</${local}>`;
      narrative!.depth--;
      if (narrative!.depth === 0) {
        add(stack.at(-1)!.fields, local, narrative!.text);
        narrative = null;
      }
      return;
    }
    const { name, path, fields, value } = stack.pop()!;
    const above = stack.at(-1);
    if (above === undefined) {
      result = fields;
      return;
    }
    // A resource stands in the element that holds it: contained, Bundle.entry.resource.
    if (fields.resourceType !== undefined) Object.assign(above.fields, fields);
    else if (value === undefined && isPrimitive(path)) addBeside(above.fields, name, undefined, fields);
    else if (value === undefined) add(above.fields, name, fields);
    else addBeside(above.fields, name, primitive(value, path), fields);
  });
  parser.write(text).close();
  if (result === null) throw new Error('the document holds no resource');
  return result;
}

function typeOf(parent: string, name: string): string {
  const { path2Type, choiceTypePaths, pathsDefinedElsewhere } = r4;
  for (let at: string | undefined = parent; at !== undefined; at = r4.type2Parent[at]) {
    const path = `${at}.${name}`;
    const defined = pathsDefinedElsewhere[path] ?? path;
    const type = path2Type[defined];
    if (type !== undefined) return type === 'BackboneElement' || type === 'Element' ? defined : type;
    if (defined !== path) return defined;
    for (const [choice, suffixes] of Object.entries(choiceTypePaths)) {
      const stem = choice.slice(at.length + 1);
      if (!choice.startsWith(`${at}.`) || !name.startsWith(stem)) continue;
      const suffix = suffixes.find((one) => one.toLowerCase() === name.slice(stem.length).toLowerCase());
      if (suffix === undefined) continue;
      const lower = suffix[0]!.toLowerCase() + suffix.slice(1);
      return r4.type2Parent[suffix] === undefined ? lower : suffix;
    }
  }
  return `${parent}.${name}`;
}

function isPrimitive(type: string): boolean {
  return /^[a-z]/.test(type);
}

function primitive(text: string, type: string): unknown {
  if (type === 'boolean') return text === 'true';
  if (type === 'integer' || type === 'positiveInt' || type === 'unsignedInt') return Number(text);
  return type === 'decimal' ? PathDecimal.getDecimal(text) : text;
}

function add(fields: Record<string, unknown>, name: string, value: unknown): void {
  const there = fields[name];
  if (!(name in fields)) fields[name] = name === 'extension' ? [value] : value;
  else if (Array.isArray(there)) there.push(value);
  else fields[name] = [there, value];
}

/** A primitive, and its id and extensions beside it under `_name`. */
function addBeside(fields: Record<string, unknown>, name: string, value: unknown, own: Record<string, unknown>): void {
  const more = Object.keys(own).length > 0;
  const beside = `_${name}`;
  if (!(name in fields) && !(beside in fields)) {
    if (value !== undefined) fields[name] = value;
    if (more) fields[beside] = own;
    return;
  }
  const listed = (held: unknown) => (Array.isArray(held) ? held : [held ?? null]);
  const values = [...listed(fields[name]), value ?? null];
  const besides = listed(fields[beside]);
  while (besides.length < values.length - 1) besides.push(null);
  fields[name] = values;
  if (more || besides.some((one) => one !== null)) fields[beside] = [...besides, more ? own : null];
}
