/** node tools/node24.mjs <main.ts> [arguments…]: runs a TypeScript file with the Node that can, keeping its exit code. */
import { install, runNode } from './launch.mjs';

install();
process.exitCode = await runNode(process.argv.slice(2));
