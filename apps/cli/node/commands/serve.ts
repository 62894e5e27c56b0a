import { join } from 'node:path';
import { Command } from 'commander';
import { type Begin, wholeNumber } from '../begin.ts';
import type { FeedOptions } from '../feeds.ts';
import { webRoot, whenStopped } from '../serving.ts';

/** `gemel serve`: the twins of the data folder in a browser, on this machine only, and the feeds it takes in. */
export function serveCommand(begin: Begin): Command {
  return new Command('serve')
    .description(
      'serve the data folder to a browser: on this machine, or to others with log-in (GEMEL_AUTH, GEMEL_HOST)',
    )
    .option('--port <n>', 'port; 0 takes a free one', wholeNumber, 7400)
    .option(
      '--mllp <port>',
      'also take HL7 v2 messages on this port, on this machine only; 0 takes a free one',
      wholeNumber,
    )
    .option('--mllp-key <file>', 'private key (PEM): MLLP over TLS')
    .option('--mllp-cert <file>', 'certificate (PEM): MLLP over TLS')
    .option('--mllp-ca <file>', 'certificates (PEM) that peers must show one signed by')
    .option('--mqtt <port>', 'also be a broker that devices publish to; 0 takes a free port', wholeNumber)
    .option(
      '--mqtt-host <address>',
      'address of the broker, this machine where not given; others need TLS and known devices',
    )
    .option('--mqtt-key <file>', 'private key (PEM): the broker over TLS')
    .option('--mqtt-cert <file>', 'certificate (PEM): the broker over TLS')
    .option('--mqtt-ca <file>', 'certificates (PEM) that devices, or the broker outside, must show one signed by')
    .option('--mqtt-broker <url>', 'also subscribe to a broker outside: mqtt://host:1883, mqtts://host')
    .option('--mqtt-user <name>', 'user name there')
    .option('--mqtt-password-file <file>', 'file that holds the password there')
    .option('--topics <pattern>', 'topics that devices publish under', 'twins/{subject}/{device}/#')
    .option(
      '--dicom <port>',
      'also take DICOM objects by C-STORE on this port, on this machine only; 0 takes a free one',
      wholeNumber,
    )
    .option('--dicom-title <title>', 'application entity title that peers must call; any where not given')
    .option('--dicom-key <file>', 'private key (PEM): C-STORE over TLS')
    .option('--dicom-cert <file>', 'certificate (PEM): C-STORE over TLS')
    .option('--dicom-ca <file>', 'certificates (PEM) that peers must show one signed by')
    .option('--zone <zone>', 'zone of times in messages that state none: Europe/Berlin, or +02:00')
    .action(async (options: FeedOptions & { readonly port: number }, self: Command) => {
      const shell = begin(self);
      const { openPlace } = await import('../place.ts');
      const { startServer } = await import('@gemel/server/node/server');
      const { DicomStore } = await import('@gemel/server/node/dicom-store');
      const { DicomIntake } = await import('@gemel/server/node/dicom-intake');
      const { startFeeds } = await import('../feeds.ts');
      const { openAccess } = await import('../serving.ts');
      const { world } = await openPlace(shell);
      const open = [() => world.close()];
      try {
        const objects = await DicomStore.open(join(shell.options.data, 'dicom'), world.store);
        const dicom = new DicomIntake(world, objects, options.zone === undefined ? {} : { zone: options.zone });
        const server = await startServer({
          world,
          port: options.port,
          webRoot,
          dicom,
          ...(await openAccess(world, shell.options.data)),
        });
        open.push(() => server.close());
        const feeds = await startFeeds(world, shell.options.data, options, dicom);
        for (const feed of feeds) open.push(() => feed.close());
        shell.untilStopped = true;
        const more = feeds.map(({ words }) => `\n${words}`).join('');
        await shell.result(
          { url: server.url, ...Object.fromEntries(feeds.map(({ name, at }) => [name, at])) },
          `${server.url}   Ctrl-C stops.${more}\nResearch use. Not for clinical use.`,
        );
        await whenStopped(shell.signal);
      } finally {
        // What takes in ends first, what keeps it last.
        for (const close of open.reverse()) await close();
      }
    });
}
