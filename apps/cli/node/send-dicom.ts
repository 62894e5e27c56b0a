import { cliErrors } from '../errors.data.ts';
import { EXIT } from '../exit.ts';
import { readBytes } from './given-file.ts';
import type { Shell } from './shell.ts';
import { filesOf } from './sources.ts';

export interface SendDicomOptions {
  readonly place: { readonly host: string; readonly port: number };
  /** Application entity titles of the peer and of this side. */
  readonly title: string;
  readonly from: string;
  /** Options of the TLS connection; a plain one where absent. */
  readonly tls?: { readonly ca?: Buffer };
}

/** Statuses of objects that are stored with a warning (PS3.4, table B.2-1). */
const WARNINGS = new Set([0xb000, 0xb006, 0xb007]);

/** Sends DICOM files over one association and tells what the peer did not store. */
export async function sendDicomFiles(
  paths: readonly string[],
  { place, title, from, tls }: SendDicomOptions,
  shell: Shell,
): Promise<void> {
  const { sendDicom } = await import('@gemel/exchange/dicom/network/node/sender');
  const { dimseErrors } = await import('@gemel/exchange/dicom/network/errors.data');
  const files: { name: string; bytes: Uint8Array }[] = [];
  for (const path of paths) for (const name of await filesOf(path)) files.push({ name, bytes: await readBytes(name) });
  if (files.length === 0) throw cliErrors.error('cli-nothing-to-send', 'there are no files', { field: 'records' });
  const answers: { file: string; sopInstance: string; status: number; comment: string }[] = [];
  for await (const sent of sendDicom(files, {
    ...place,
    called: title,
    calling: from,
    ...(tls === undefined ? {} : { tls }),
  })) {
    shell.checkpoint();
    const file = files[answers.length]!.name;
    answers.push({ file, ...sent });
    const { status, comment } = sent;
    if (status === 0) continue;
    const message = `${file}: status ${status.toString(16).toUpperCase().padStart(4, '0')} ${comment}`;
    shell.problem(dimseErrors.problem('dimse-status', message, { file }));
    if (!WARNINGS.has(status)) shell.end(EXIT.input);
  }
  const taken = answers.filter(({ status }) => status === 0 || WARNINGS.has(status)).length;
  await shell.result({ sent: files.length, taken, answers }, `${files.length} sent, ${taken} stored`);
}
