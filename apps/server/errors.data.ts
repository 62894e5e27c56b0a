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
  'server-devices-unreadable': {
    meaning: 'The list of devices that may publish is not what gemel devices writes.',
    remedy: 'Mend the entry that the message names, or make the list anew with gemel devices add.',
  },
  'server-withheld': {
    meaning: 'The twin cannot give this service on what it knows.',
    remedy: 'The message names what is missing; import it, or calibrate first.',
  },
  'server-internal': {
    meaning: 'Something failed that should not have.',
    remedy: 'The log of the server has the details; nothing that was acknowledged is lost.',
  },
});
