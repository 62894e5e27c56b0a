/** `npm start`: installs what is missing, builds the screens when they changed, runs the demonstration world. */
import { join } from 'node:path';
import { buildWeb } from './build-web.mjs';
import { install, ROOT, runNode, say } from './launch.mjs';

install();
const built = await buildWeb();
if (built !== 0) process.exit(built);
say('Starting the demonstration world …');
process.exitCode = await runNode([join(ROOT, 'apps/cli/node/main.ts'), 'demo', ...process.argv.slice(2)]);
