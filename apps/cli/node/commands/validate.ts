import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { validateErrors } from '@gemel/exchange/fhir/validate/errors.data';
import { isError, operationOutcome } from '@gemel/exchange/fhir/validate/issue';
import type { ValidateOptions } from '@gemel/exchange/fhir/validate/run';
import { Command, Option } from 'commander';
import { EXIT } from '../../exit.ts';
import type { Begin } from '../begin.ts';
import { readBytes, readText } from '../given-file.ts';
import { filesOf } from '../sources.ts';

interface Options {
  readonly package?: readonly string[];
  readonly profile?: readonly string[];
  readonly extensions: 'any' | 'known';
  readonly vitalSigns: boolean;
}

type Resource = Readonly<Record<string, unknown>>;
type Validator = import('@gemel/exchange/fhir/validate/validate').Validator;

const FILE = 'http://hl7.org/fhir/StructureDefinition/operationoutcome-file';

/** `gemel validate`: whether FHIR R4 resources are valid; an OperationOutcome for each. */
export function validateCommand(begin: Begin): Command {
  return new Command('validate')
    .description('check FHIR R4 resources, offline; an OperationOutcome each, one a line')
    .argument('<files...>', 'resources in JSON or NDJSON, or folders; - is standard input')
    .option('--package <path>', 'a FHIR package with profiles and value sets: .tgz or folder; may be repeated', several)
    .option(
      '--profile <profile>',
      'a profile to check against: URL, or file with definitions; may be repeated',
      several,
    )
    .addOption(
      new Option('--extensions <which>', 'extensions that may be used without an error')
        .choices(['any', 'known'])
        .default('any'),
    )
    .option(
      '--no-vital-signs',
      "leave out R4's vital-sign profiles, which hold for observations with certain LOINC codes",
    )
    .action(async (paths: readonly string[], options: Options, self: Command) => {
      const shell = begin(self);
      const { Validator } = await import('@gemel/exchange/fhir/validate/validate');
      const { definitionsWith } = await import('@gemel/exchange/fhir/validate/definitions');
      const { definitions, profiles } = await brought(options);
      const validator = new Validator(definitionsWith(definitions));
      const files: string[] = [];
      for (const path of paths) files.push(...(await filesOf(path)));
      const outcomes: Resource[] = [];
      let failed = false;
      for (const file of files) {
        shell.checkpoint();
        for (const outcome of await outcomesOf(validator, file, profiles, options)) {
          failed ||= outcome.failed;
          outcomes.push(outcome.resource);
        }
      }
      await shell.result(outcomes, outcomes.map((each) => JSON.stringify(each)).join('\n'));
      if (failed) shell.end(EXIT.failed);
    });
}

function several(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

interface Outcome {
  readonly resource: Resource;
  readonly failed: boolean;
}

async function outcomesOf(
  validator: Validator,
  file: string,
  profiles: readonly Profile[],
  options: Options,
): Promise<Outcome[]> {
  const bytes = await readBytes(file);
  const check = (source: Uint8Array | string, name: string): Outcome => {
    const issues = validator.text(source, optionsFor(source, profiles, options));
    const extension = [{ url: FILE, valueString: name }];
    const { resourceType, ...rest } = operationOutcome(issues);
    return { resource: { resourceType, extension, ...rest }, failed: issues.some(isError) };
  };
  if (!file.endsWith('.ndjson')) return [check(bytes, file)];
  const lines = new TextDecoder().decode(bytes).split('\n');
  return lines.flatMap((line, i) => (line.trim() === '' ? [] : [check(line, `${file}:${i + 1}`)]));
}

/** A profile to check against; those from files hold for the resources of their type alone. */
interface Profile {
  readonly url: string;
  readonly type: string | undefined;
}

function optionsFor(
  source: Uint8Array | string,
  profiles: readonly Profile[],
  { extensions, vitalSigns }: Options,
): ValidateOptions {
  const type = profiles.some((each) => each.type !== undefined) ? typeOf(source) : undefined;
  return {
    profiles: profiles.filter((each) => each.type === undefined || each.type === type).map(({ url }) => url),
    unknownExtensions: extensions === 'known' ? 'error' : 'warning',
    vitalSigns,
  };
}

function typeOf(source: Uint8Array | string): string | undefined {
  try {
    const value = JSON.parse(typeof source === 'string' ? source : new TextDecoder().decode(source));
    return typeof value?.resourceType === 'string' ? value.resourceType : undefined;
  } catch {
    // What is no JSON is told by the check itself.
    return undefined;
  }
}

/** The definitions of packages and files, and the profiles asked for. */
async function brought(
  options: Options,
): Promise<{ readonly definitions: readonly Resource[]; readonly profiles: readonly Profile[] }> {
  const { definitionsIn } = await import('@gemel/exchange/fhir/validate/package');
  const definitions: Resource[] = [];
  const profiles: Profile[] = [];
  for (const given of options.profile ?? []) {
    if (/^(https?|urn):/.test(given)) {
      profiles.push({ url: given, type: undefined });
      continue;
    }
    for (const each of definitionsIn((await readText(given)).replace(/^\uFEFF/, ''), given)) {
      definitions.push(each);
      if (each.resourceType === 'StructureDefinition' && each.derivation === 'constraint' && each.kind === 'resource')
        profiles.push({ url: String(each.url), type: String(each.type) });
    }
  }
  for (const path of options.package ?? []) definitions.push(...(await packageAt(path)));
  return { definitions, profiles };
}

async function packageAt(path: string): Promise<readonly Resource[]> {
  const { isDefinitionFile, packageDefinitions, usable } = await import('@gemel/exchange/fhir/validate/package');
  const info = await stat(path).catch(() => null);
  if (info?.isDirectory() !== true) return packageDefinitions(await readBytes(path), path);
  const inner = join(path, 'package');
  const folder = (await stat(inner).catch(() => null))?.isDirectory() === true ? inner : path;
  const found: Resource[] = [];
  for (const name of (await readdir(folder)).filter(isDefinitionFile).sort()) {
    const resource = usable(await readText(join(folder, name)));
    if (resource !== null) found.push(resource);
  }
  if (found.length === 0)
    throw validateErrors.error('fhir-package-unreadable', `${path} holds no definitions`, { file: path });
  return found;
}
