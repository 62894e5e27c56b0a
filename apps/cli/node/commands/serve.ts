import type { MllpListener } from '@gemel/exchange/hl7v2/node/listener';
import type { World } from '@gemel/server/node/world';
import { Command } from 'commander';
import { cliErrors } from '../../errors.data.ts';
import { type Begin, wholeNumber } from '../begin.ts';
import { readBytes } from '../given-file.ts';
import { whenStopped } from '../serving.ts';

interface ServeOptions {
  readonly port: number;
  readonly mllp?: number;
  readonly mllpKey?: string;
  readonly mllpCert?: string;
  readonly mllpCa?: string;
  readonly zone?: string;
}

/** Takes HL7 v2 messages from the wire into the log of the world. */
async function listen(
  world: World,
  port: number,
  { zone, mllpKey, mllpCert, mllpCa }: ServeOptions,
): Promise<MllpListener> {
  const { listenMllp } = await import('@gemel/exchange/hl7v2/node/listener');
  const { Hl7v2Intake } = await import('@gemel/server/node/hl7v2-intake');
  const intake = new Hl7v2Intake({ world, ...(zone === undefined ? {} : { zone }) });
  if ((mllpKey === undefined) !== (mllpCert === undefined)) {
    throw cliErrors.error('cli-usage', 'TLS needs both --mllp-key and --mllp-cert', { field: '--mllp-key' });
  }
  const tls =
    mllpKey === undefined || mllpCert === undefined
      ? {}
      : {
          tls: {
            key: Buffer.from(await readBytes(mllpKey)),
            cert: Buffer.from(await readBytes(mllpCert)),
            ...(mllpCa === undefined
              ? {}
              : { ca: Buffer.from(await readBytes(mllpCa)), requestCert: true, rejectUnauthorized: true }),
          },
        };
  return listenMllp({ port, ...tls, take: (message, peer) => intake.answer(message, peer) });
}

/** `gemel serve`: the twins of the data folder in a browser, on this machine only. */
export function serveCommand(begin: Begin): Command {
  return new Command('serve')
    .description('serve the data folder to a browser on this machine')
    .option('--port <n>', 'port; 0 takes a free one', wholeNumber, 7400)
    .option(
      '--mllp <port>',
      'also take HL7 v2 messages on this port, on this machine only; 0 takes a free one',
      wholeNumber,
    )
    .option('--mllp-key <file>', 'private key (PEM): MLLP over TLS')
    .option('--mllp-cert <file>', 'certificate (PEM): MLLP over TLS')
    .option('--mllp-ca <file>', 'certificates (PEM) that peers must show one signed by')
    .option('--zone <zone>', 'zone of times in HL7 v2 messages that state none: Europe/Berlin, or +02:00')
    .action(async (options: ServeOptions, self: Command) => {
      const shell = begin(self);
      const { openPlace } = await import('../place.ts');
      const { startServer } = await import('@gemel/server/node/server');
      const { webRoot } = await import('../serving.ts');
      const { world } = await openPlace(shell);
      const server = await startServer({ world, port: options.port, webRoot });
      const mllp = options.mllp === undefined ? null : await listen(world, options.mllp, options);
      shell.untilStopped = true;
      const more =
        mllp === null ? '' : `\nHL7 v2 (MLLP${options.mllpKey === undefined ? '' : ', TLS'}) at 127.0.0.1:${mllp.port}`;
      await shell.result(
        { url: server.url, ...(mllp === null ? {} : { mllp: mllp.port }) },
        `${server.url}   Ctrl-C stops.${more}\nResearch use. Not for clinical use.`,
      );
      await whenStopped(shell.signal);
      await mllp?.close();
      await server.close();
      await world.close();
    });
}
