import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '@gemel/core';
import {
  createGovernor,
  DEFAULT_SETTINGS,
  type Governor,
  type GovernSettings,
  type Use,
} from '@gemel/runtime/govern/decide';
import { governErrors } from '@gemel/runtime/govern/errors.data';
import { DEFAULT_POLICIES, openPolicies } from '@gemel/runtime/govern/node/cedar';
import { purposeOf } from '@gemel/runtime/govern/purpose';

/** What a twin uses data for by itself, whoever looks at it. */
export const TWIN_USE: Use = { agent: { id: 'system|twin', kind: 'system', roles: [] }, purpose: 'TREAT' };

/** Where the policies and settings of a data folder lie. */
export function governanceFolder(folder: string): string {
  return join(folder, 'governance');
}

interface Settings extends GovernSettings {
  /** Whether the policies that come with the program hold too. */
  readonly defaultPolicies: boolean;
}

/**
 * The default policies with those of the folder (`*.cedar`, in the order of their names), by the settings of `settings.json`.
 * @throws govern-policy-invalid, govern-policy-twice, govern-settings-invalid
 */
export function openGovernor(folder: string, sha256: (text: string) => string): Governor {
  const names = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.cedar'))
        .sort()
    : [];
  const own = names.map((name) => ({ name, text: readFileSync(join(folder, name), 'utf8') }));
  const { defaultPolicies, ...settings } = readSettings(join(folder, 'settings.json'));
  const engine = openPolicies([...(defaultPolicies ? [DEFAULT_POLICIES] : []), ...own], sha256);
  return createGovernor(engine, settings, sha256);
}

function readSettings(file: string): Settings {
  if (!existsSync(file)) return { ...DEFAULT_SETTINGS, defaultPolicies: true };
  const refuse = (message: string, field?: string) =>
    governErrors.error('govern-settings-invalid', message, { file, ...(field === undefined ? {} : { field }) });
  let read: unknown;
  try {
    read = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw refuse(error instanceof Error ? error.message : String(error));
  }
  if (typeof read !== 'object' || read === null || Array.isArray(read)) throw refuse('It is no JSON object.');
  const { implied = DEFAULT_SETTINGS.implied, defaultPolicies = true, ...rest } = read as Record<string, unknown>;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw refuse(`There is no setting “${unknown}”.`, unknown);
  if (typeof defaultPolicies !== 'boolean') throw refuse('It is true or false.', 'defaultPolicies');
  if (!Array.isArray(implied) || !implied.every((code) => typeof code === 'string'))
    throw refuse('It is a list of purposes.', 'implied');
  for (const code of implied) {
    try {
      purposeOf(code);
    } catch (error) {
      throw refuse(error instanceof CodedError ? error.message : String(error), 'implied');
    }
  }
  return { implied, defaultPolicies };
}
