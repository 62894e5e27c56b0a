import { defineErrors } from '@gemel/core';

export const serverErrors = defineErrors({
  'server-unknown-subject': {
    meaning: 'No twin of that subject is in the log.',
    remedy: 'Take a subject from GET /api/twins, or import records of it first.',
  },
  'server-unknown-pack': {
    meaning: 'No pack of that name is loaded, or none of the loaded packs binds what this subject has.',
    remedy: 'Take a pack from GET /api/status, or import records that one of them observes.',
  },
  'server-unknown-proposal': {
    meaning: 'No proposal of that id is in the log.',
    remedy: 'Take an id from GET /api/proposals.',
  },
  'server-unknown-job': {
    meaning: 'No job of that id runs or ran since the server started.',
    remedy: 'Take the id that the request which started the job gave.',
  },
  'server-unknown-waveform': {
    meaning: 'The subject has no such waveform.',
    remedy: 'Take a reference from GET /api/twins/:subject/waveforms.',
  },
  'server-unknown-route': {
    meaning: 'No such address on this server.',
    remedy: 'The addresses are listed in apps/server/README.md.',
  },
  'server-format-unknown': {
    meaning: 'No door understands this file.',
    remedy: 'Give FHIR R4 JSON or NDJSON, or a Clarity, LibreView, Nightscout, Tidepool or plain CGM file.',
  },
  'server-request-invalid': {
    meaning: 'The request does not have the form this address takes.',
    remedy: 'Mend the field the message names.',
  },
  'server-foreign-origin': {
    meaning: 'The request comes from a page of another origin, or names a host that this server does not answer for.',
    remedy: 'Open the app at the address the server printed.',
  },
  'server-unknown-control': {
    meaning: 'The pack knows no control input of that name.',
    remedy: 'Take a control from GET /api/status.',
  },
  'server-quarantine-unknown': {
    meaning: 'No message of that id waits in quarantine.',
    remedy: 'Take an id from gemel quarantine list.',
  },
  'server-head-unreadable': {
    meaning: 'The file holds no head of a log.',
    remedy: 'Give the file that gemel audit head wrote.',
  },
  'server-review-unknown': {
    meaning: 'There is no access of that id to be reviewed.',
    remedy: 'Take an id from GET /api/reviews or gemel audit reviews.',
  },
  'server-review-closed': {
    meaning: 'The review was closed before.',
    remedy: 'Read what was found; a new doubt is a new matter.',
  },
  'server-review-own': {
    meaning: 'The access to be reviewed is the reviewer’s own.',
    remedy: 'Let another administrator look at it.',
  },
  'server-consent-unknown': {
    meaning: 'The person has no consent under that reference.',
    remedy: 'Take a reference from gemel consent list.',
  },
  'server-devices-unreadable': {
    meaning: 'The list of devices that may publish is not what gemel devices writes.',
    remedy: 'Mend the entry that the message names, or make the list anew with gemel devices add.',
  },
  'server-withheld': {
    meaning: 'The twin cannot give this service on what it knows.',
    remedy: 'The message names what is missing; import it, or calibrate first.',
  },
  'server-configuration': {
    meaning: 'A setting of the environment has a value that the server cannot take.',
    remedy: 'Mend the setting that the message names; docs/guides/smart-and-cds-hooks.md lists them all.',
  },
  'server-token-missing': {
    meaning: 'The address answers only to people who have logged in and programs with an access token.',
    remedy: 'Log in at /login, or send Authorization: Bearer with a token of /.well-known/smart-configuration.',
  },
  'server-token-invalid': {
    meaning: 'The access token is none of this server, was withdrawn, or is meant for another one.',
    remedy: 'Ask the authorization server for a new token.',
  },
  'server-token-expired': {
    meaning: 'The access token held once and has expired.',
    remedy: 'Use the refresh token, or go through the authorization anew.',
  },
  'server-scope-missing': {
    meaning: 'The token or session holds, and does not open what was asked for: the scopes or the person differ.',
    remedy: 'Ask for a scope that covers the type, the action and the person.',
  },
  'server-refused': {
    meaning: 'The policies, or what the person consented to, do not allow it.',
    remedy: 'The message says what would be needed.',
  },
  'server-route-unguarded': {
    meaning: 'The address does not say who may use it, and is therefore closed.',
    remedy: 'Declare config.access at the route, or list it in apps/server/route-access.data.ts.',
  },
  'server-forged': {
    meaning: 'A form or request did not come from a page of this server (cross-site request forgery).',
    remedy: 'Open the page anew and send it again.',
  },
  'server-log-in-failed': {
    meaning: 'Name and password do not belong together, or the account is closed.',
    remedy: 'Try again; gemel user password sets a new one.',
  },
  'server-log-in-locked': {
    meaning: 'Too many wrong passwords in a row: the account takes none for some minutes.',
    remedy: 'Wait as long as the message says.',
  },
  'server-rate-exceeded': {
    meaning: 'More requests in a minute than one client may send.',
    remedy: 'Wait as many seconds as Retry-After says.',
  },
  'server-body-too-deep': {
    meaning: 'The JSON body is nested deeper than any resource is.',
    remedy: 'Send a body of at most 64 levels.',
  },
  'server-user': {
    meaning: 'A user cannot be added or changed as asked.',
    remedy: 'Follow the message; gemel user list shows who is there.',
  },
  'server-client': {
    meaning: 'A client cannot be registered or changed as asked.',
    remedy: 'Follow the message; gemel client list shows what is there.',
  },
  'server-access-file': {
    meaning: 'The file of users, clients and keys cannot be opened, or others than its owner may read it.',
    remedy: 'Give it mode 600 and its folder mode 700, both to the user that runs the server.',
  },
  'server-address-refused': {
    meaning: 'An address that somebody else chose may not be reached: it is private, not by https, or redirects.',
    remedy: 'Give a public address by https, or name the host in GEMEL_PRIVATE_HOSTS.',
  },
  'server-internal': {
    meaning: 'Something failed that should not have.',
    remedy: 'The log of the server has the details; nothing that was acknowledged is lost.',
  },
});
