import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { CodedError } from '@gemel/core';
import type { Rectangle } from '@gemel/exchange/dicom/deidentify/pixels';
import type { ProfileOptions } from '@gemel/exchange/dicom/deidentify/profile';
import type { DicomFile } from '@gemel/exchange/dicom/parse';
import { Command } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import { EXIT } from '../../exit.ts';
import type { Begin } from '../begin.ts';

interface DeidentifyOptions extends ProfileOptions {
  readonly key: string;
  readonly report?: string;
  readonly cleanPixels?: boolean;
  readonly blank?: readonly Rectangle[];
  readonly cleanFaces?: boolean;
  /** False with --no-head. */
  readonly head: boolean;
}

function rectangle(text: string, before: readonly Rectangle[] = []): readonly Rectangle[] {
  const [x, y, width, height] = /^\d+(,\d+){3}$/.test(text) ? text.split(',').map(Number) : [];
  if (x === undefined || y === undefined || width === undefined || height === undefined)
    throw cliErrors.error('cli-option-unreadable', `"${text}" is no x,y,width,height`, { field: '--blank' });
  return [...before, { x, y, width, height }];
}

/** `gemel deidentify`: DICOM objects without who they are of, as files named by their new UIDs. */
export function deidentifyCommand(begin: Begin): Command {
  return new Command('deidentify')
    .description(
      'DICOM files without identities, by the PS3.15 basic profile, into --out; what may not leave is refused',
    )
    .argument('<files...>', 'files or folders; all of a series of a head together')
    .requiredOption('--key <file>', 'at least 16 random bytes; the same key gives the same pseudonyms')
    .option('--report <file>', 'what became of every element, one JSON value a line; it names the source files')
    .option('--clean-pixels', 'blank text in pixels: outside of stated ultrasound regions, and --blank')
    .option('--blank <x,y,width,height>', 'a rectangle to blank in every frame; may be given again', rectangle)
    .option('--clean-faces', 'cut the face off MR, CT and PET of heads')
    .option('--no-head', 'you state that nothing of a head is in the images')
    .option('--clean-descriptors', 'descriptions keep words of anatomy and acquisition')
    .option('--clean-structured-content', 'structured reports keep codes, numbers and references')
    .option('--retain-longitudinal', 'dates stay, moved by the same days for all of a patient')
    .option('--retain-patient-characteristics', 'age, sex, size, weight stay')
    .option('--retain-device', 'the device stays')
    .option('--retain-institution', 'the institution stays')
    .option('--retain-uids', 'UIDs stay')
    .action(async (paths: string[], options: DeidentifyOptions, self: Command) => {
      const shell = begin(self);
      const { out } = shell.options;
      if (out === undefined || out === '-')
        throw cliErrors.error('cli-usage', 'deidentify needs --out DIR', { field: '--out' });
      const { parseDicom } = await import('@gemel/exchange/dicom/parse');
      const { writeDicom } = await import('@gemel/exchange/dicom/write');
      const { release } = await import('@gemel/exchange/dicom/deidentify/release');
      const { deidentifyErrors } = await import('@gemel/exchange/dicom/deidentify/errors.data');
      const { keyedHash } = await import('@gemel/exchange/dicom/deidentify/node/keyed-hash');
      const { unpacked } = await import('@gemel/exchange/dicom/deidentify/node/unpacked');
      const { framePool } = await import('@gemel/exchange/dicom/node/frame-pool');
      const { readBytes } = await import('../given-file.ts');
      const { filesOf } = await import('../sources.ts');
      const keyed = keyedHash(await readBytes(options.key));
      const files: DicomFile[] = [];
      let refused = 0;
      const refuse = (problem: Parameters<typeof shell.problem>[0]) => {
        refused++;
        shell.problem(problem);
        shell.end(EXIT.input);
      };
      // Pixels that are to be changed are decompressed for it.
      const pool = options.cleanPixels || options.cleanFaces ? framePool() : null;
      try {
        for (const path of paths) {
          for (const name of await filesOf(path)) {
            shell.checkpoint();
            try {
              const file = parseDicom(await readBytes(name), name);
              files.push(pool === null ? file : await unpacked(file, pool));
            } catch (error) {
              if (!(error instanceof CodedError)) throw error;
              refuse(error.toJSON());
            }
          }
        }
      } finally {
        await pool?.close();
      }
      await mkdir(out, { recursive: true }).catch((cause) => {
        throw cliErrors.error('cli-file-unwritable', `${out} cannot be made`, { file: out }, undefined, cause);
      });
      const rows: object[] = [];
      const counts: Record<string, number> = {};
      const source = new Map<string, string>();
      let written = 0;
      for (const one of release(files, { ...options, keyed, noHead: !options.head })) {
        shell.checkpoint();
        if ('problem' in one) {
          refuse(one.problem);
          rows.push({ file: one.name, refused: one.problem });
          continue;
        }
        const { name, dataSet, transferSyntax, actions, defacing } = one;
        const native = [...dataSet.elements.values()].every(({ fragments }) => fragments === undefined);
        const bytes = writeDicom(dataSet, native ? {} : { transferSyntax });
        const made = `${dataSet.text('SOPInstanceUID')}.dcm`;
        const before = source.get(made);
        if (before !== undefined) {
          const message = `${name} has the SOP instance UID of ${before}`;
          const problem = deidentifyErrors.problem('deidentify-duplicate', message, {
            file: name,
            element: 'SOPInstanceUID',
          });
          refuse(problem);
          rows.push({ file: name, refused: problem });
          continue;
        }
        source.set(made, name);
        await shell.write(join(out, made), bytes);
        written++;
        rows.push({ file: name, written: made, defacing });
        for (const action of actions) {
          counts[action.action] = (counts[action.action] ?? 0) + 1;
          rows.push({ file: name, ...action });
        }
      }
      if (options.report !== undefined)
        await shell.write(options.report, `${rows.map((row) => JSON.stringify(row)).join('\n')}\n`);
      const told = Object.entries(counts).map(([action, count]) => `${action} ${count}`);
      const text = `${written} written, ${refused} refused; elements: ${told.join(', ') || 'none'}`;
      shell.print(`${shell.options.json ? JSON.stringify({ written, refused, elements: counts }) : text}\n`);
    });
}
