import type { Caller } from './access.ts';

/** The person at this machine, where nobody logs in. */
export const LOCAL_PERSON: Caller = {
  agent: {
    id: 'person|local',
    kind: 'person',
    name: 'Person at this machine',
    roles: ['clinician', 'researcher', 'administrator'],
  },
  scopes: 'all',
  patient: null,
  purpose: 'TREAT',
  token: null,
};
