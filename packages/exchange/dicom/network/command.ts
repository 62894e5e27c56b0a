import { concat } from '../../bytes.ts';
import { DataSet, newElement } from '../dataset.ts';
import { parseDataSet } from '../parse.ts';
import { IMPLICIT_LITTLE } from '../uids.data.ts';
import { encodeDataSet, IMPLEMENTATION, IMPLEMENTATION_NAME } from '../write.ts';
import { dimseErrors } from './errors.data.ts';

/** Command fields (PS3.7, E.1); an answer has the highest bit set. */
export const COMMANDS = { store: 0x0001, echo: 0x0030, cancel: 0x0fff, answer: 0x8000 } as const;
/** Data set type of a command that none follows. */
export const NO_DATA = 0x0101;
/** What an answer says (PS3.4, table B.2-1; PS3.7, annex C). */
export const STATUS = {
  success: 0x0000,
  processingFailure: 0x0110,
  duplicate: 0x0111,
  notAuthorized: 0x0124,
  unrecognised: 0x0211,
  outOfResources: 0xa700,
  mismatch: 0xa900,
  cannotUnderstand: 0xc000,
} as const;

/** A DIMSE command. */
export interface DimseCommand {
  readonly field: number;
  /** Of the command; of an answer, that of the command it answers. */
  readonly message: number;
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly hasData: boolean;
  /** Of an answer. */
  readonly status: number | null;
  readonly comment: string;
}

/** A command from its bytes. @throws dimse-pdu where it lacks its field or message id */
export function readCommand(bytes: Uint8Array): DimseCommand {
  const { dataSet } = parseDataSet(bytes, 'command', IMPLICIT_LITTLE);
  const field = dataSet.number('CommandField');
  const message = dataSet.number(
    field !== null && field >= COMMANDS.answer ? 'MessageIDBeingRespondedTo' : 'MessageID',
  );
  if (field === null || (message === null && field !== COMMANDS.cancel))
    throw dimseErrors.error('dimse-pdu', 'a command lacks its field or its message id');
  return {
    field,
    message: message ?? 0,
    sopClass: dataSet.text('AffectedSOPClassUID') ?? '',
    sopInstance: dataSet.text('AffectedSOPInstanceUID') ?? '',
    hasData: (dataSet.number('CommandDataSetType') ?? NO_DATA) !== NO_DATA,
    status: dataSet.number('Status'),
    comment: dataSet.text('ErrorComment') ?? '',
  };
}

/** The bytes of a command, its group length first. */
export function writeCommand({
  field,
  message,
  sopClass,
  sopInstance,
  hasData,
  status,
  comment,
}: DimseCommand): Uint8Array {
  const answers = field >= COMMANDS.answer;
  const whole = new DataSet([
    newElement('AffectedSOPClassUID', 'UI', sopClass),
    newElement('CommandField', 'US', field),
    newElement(answers ? 'MessageIDBeingRespondedTo' : 'MessageID', 'US', message),
    ...(field === COMMANDS.store ? [newElement('Priority', 'US', 0)] : []),
    newElement('CommandDataSetType', 'US', hasData ? 1 : NO_DATA),
    ...(status === null ? [] : [newElement('Status', 'US', status)]),
    ...(comment === ''
      ? []
      : [newElement('ErrorComment', 'LO', comment.replaceAll(/[^\x20-\x5b\x5d-\x7e]/g, '?').slice(0, 64))]),
    ...(sopInstance === '' ? [] : [newElement('AffectedSOPInstanceUID', 'UI', sopInstance)]),
  ]);
  const options = { explicit: false, groupLengths: true };
  const body = encodeDataSet(whole, options);
  return concat([encodeDataSet(new DataSet([newElement('CommandGroupLength', 'UL', body.length)]), options), body]);
}

/** A data set as it came over the network, put into a file (PS3.10) byte for byte. */
export function fileOf(
  bytes: Uint8Array,
  {
    sopClass,
    sopInstance,
    transferSyntax,
    source,
  }: {
    readonly sopClass: string;
    readonly sopInstance: string;
    readonly transferSyntax: string;
    /** Title of the application entity it came from. */
    readonly source: string;
  },
): Uint8Array {
  const meta = encodeDataSet(
    new DataSet([
      newElement('FileMetaInformationVersion', 'OB', Uint8Array.of(0, 1)),
      newElement('MediaStorageSOPClassUID', 'UI', sopClass),
      newElement('MediaStorageSOPInstanceUID', 'UI', sopInstance),
      newElement('TransferSyntaxUID', 'UI', transferSyntax),
      newElement('ImplementationClassUID', 'UI', IMPLEMENTATION),
      newElement('ImplementationVersionName', 'SH', IMPLEMENTATION_NAME),
      newElement('SourceApplicationEntityTitle', 'AE', source),
    ]),
  );
  const length = newElement('FileMetaInformationGroupLength', 'UL', meta.length);
  const head = new Uint8Array(132);
  head.set([0x44, 0x49, 0x43, 0x4d], 128);
  return concat([head, encodeDataSet(new DataSet([length]), { groupLengths: true }), meta, bytes]);
}
