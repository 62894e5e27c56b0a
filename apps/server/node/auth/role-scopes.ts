import type { User } from './users.ts';

/** What a role opens at most: what an app gets on a person's behalf never goes beyond it. Policies narrow it further. */
const ROLE_SCOPES: Readonly<Record<User['roles'][number], readonly string[]>> = {
  clinician: ['user/*.cruds', 'patient/*.cruds'],
  administrator: ['user/*.cruds', 'patient/*.cruds'],
  researcher: ['user/*.rs', 'patient/*.rs'],
  patient: ['patient/*.rs'],
};

export const scopesOf = (user: User): readonly string[] => [
  ...new Set(user.roles.flatMap((role) => ROLE_SCOPES[role])),
];

/** HL7 v3 PurposeOfUse of a person who states none: by the first role. */
const PURPOSE: Readonly<Record<User['roles'][number], string>> = {
  clinician: 'TREAT',
  administrator: 'HOPERAT',
  researcher: 'HRESCH',
  patient: 'PATRQT',
};

export const purposeOf = (user: User): string => PURPOSE[user.roles[0]!];
