/** The command line from any folder: paths mean what they mean where npm was called. */
import { join } from 'node:path';
import { install, ROOT, runNode } from './launch.mjs';

install();
process.exitCode = await runNode([join(ROOT, 'apps/cli/node/main.ts'), ...process.argv.slice(2)], {
  cwd: process.env.INIT_CWD ?? process.cwd(),
});
