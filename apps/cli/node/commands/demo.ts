import { join } from 'node:path';
import type { Access } from '@gemel/server/node/auth/access';
import { Command, InvalidArgumentError } from 'commander';
import { type Begin, wholeNumber } from '../begin.ts';
import { openAccess, webRoot, whenStopped } from '../serving.ts';

function speed(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value <= 3600)) throw new InvalidArgumentError('between 0 and 3600');
  return value;
}

/** How often the demonstration takes in what its devices recorded, ms. */
const BEAT = 1000;

/** Where people log in, somebody who can: a clinician with a new password each time the demonstration starts. */
async function demoPerson(access: Access | undefined): Promise<string[]> {
  if (access === undefined) return [];
  const { newToken } = await import('@gemel/server/node/mqtt-access');
  const password = newToken().slice(0, 16);
  const person = {
    name: 'demo',
    title: 'Demonstration clinician',
    roles: ['clinician'] as const,
    fhirUser: null,
    subject: null,
  };
  if (access.users.get(person.name) === null) await access.users.add(person, password);
  else await access.users.setPassword(person.name, password);
  const { launcher } = access.configuration;
  return [`Log in as ${person.name} with ${password}${launcher ? "; /launcher plays the hospital's record" : ''}.`];
}

/** `gemel demo`: the demonstration world in a browser: invented people whose values keep coming in. */
export function demoCommand(begin: Begin): Command {
  return new Command('demo')
    .description('run the demonstration world')
    .option('--port <n>', 'port; 0 takes a free one', wholeNumber, 7400)
    .option('--speed <factor>', 'minutes of the demonstration in a real minute', speed, 5)
    .action(async (options: { port: number; speed: number }, self: Command) => {
      const shell = begin(self);
      const started = performance.now();
      const folder = shell.given('data') ? shell.options.data : join(shell.options.data, `demo-${shell.options.seed}`);
      const { openDemoWorld } = await import('../demo-world.ts');
      const { DEMO_COURSES } = await import('../demo-courses.ts');
      const { DEMO_PEOPLE } = await import('../demo-people.ts');
      const { startServer } = await import('@gemel/server/node/server');
      const world = await openDemoWorld({
        folder,
        seed: shell.options.seed,
        speed: options.speed,
        realTime: () => Date.now(),
      });
      await Promise.race([world.begun, whenStopped(shell.signal)]);
      const clock = () => ({ kind: 'demonstration' as const, now: world.clock(), speed: world.speed });
      const opened = await openAccess(world, folder);
      const person = await demoPerson(opened.access);
      const server = await startServer({ world, port: options.port, webRoot, clock, ...opened });
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      const { hub } = world;
      shell.untilStopped = true;
      await shell.result(
        { url: server.url, folder },
        [
          `${server.url}   ready in ${seconds} s; Ctrl-C stops.`,
          `${DEMO_PEOPLE.length + DEMO_COURSES.length} invented people, their files in ${join(folder, 'inbox')}, ${options.speed} times as fast as life.`,
          ...person,
          'Research use. Not for clinical use.',
        ].join('\n'),
      );
      const trouble = (error: unknown) => {
        if (!shell.signal.aborted) shell.note(error instanceof Error ? error.message : String(error));
      };
      let beating: Promise<unknown> | null = null;
      const beat = setInterval(() => {
        beating ??= world
          .catchUp()
          .catch(trouble)
          .finally(() => {
            beating = null;
          });
      }, BEAT);
      const preparing = prepare().catch(trouble);
      await whenStopped(shell.signal);
      clearInterval(beat);
      await server.close();
      await Promise.all([beating, preparing]);
      await world.close();

      /** Calibrates those who can be, one after the other, as jobs a browser shows; then asks for a proposal each. */
      async function prepare(): Promise<void> {
        await Promise.race([world.filled, whenStopped(shell.signal)]);
        for (const subject of await hub.subjects()) {
          for (const pack of await hub.packsOf(subject)) {
            if (shell.signal.aborted) return;
            if (await hub.calibrated(subject, pack)) continue;
            const { promise, resolve } = Promise.withResolvers<void>();
            server.desk.jobs.start('calibrate', subject, async (signal, onProgress) => {
              try {
                const belief = await hub.calibrate(subject, pack, { signal, onProgress });
                if (!('kind' in belief)) await hub.advise(subject, pack);
              } finally {
                resolve();
              }
            });
            await promise;
          }
        }
      }
    });
}
