/** `npm run bench [-- id…]`: runs every bench and its peers; writes bench/results/<id>.md and .json with machine and versions. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { files, ROOT } from '../../tools/node/repository.ts';
import type { Bench } from '../bench.ts';
import { type BenchResult, type Machine, missed, renderBench } from '../report.ts';
import { benchPython, pythonVersions } from './python.ts';

const RESULTS = join(ROOT, 'bench/results');
const only = process.argv.slice(2).filter((argument) => !argument.startsWith('-'));
const all = await Promise.all(
  files('bench')
    .filter((file) => file.endsWith('.bench.ts'))
    .map(async (file) => (await import(join(ROOT, file))).default as Bench),
);
const strange = only.filter((id) => !all.some((bench) => bench.id === id));
if (strange.length > 0) {
  process.stderr.write(
    `No bench named ${strange.join(', ')}. There are: ${all.map((bench) => bench.id).join(', ')}.\n`,
  );
  process.exit(2);
}

const python = benchPython();
if (python !== null) process.env.GEMEL_BENCH_PYTHON = python;
const compiler = spawnSync('cc', ['--version'], { encoding: 'utf8' }).stdout?.split('\n')[0];
const versions = [...(python === null ? [] : [pythonVersions(python)]), ...(compiler ? [`${compiler}.`] : [])];

mkdirSync(RESULTS, { recursive: true });
for (const bench of all.filter(({ id }) => only.length === 0 || only.includes(id))) {
  process.stderr.write(`${bench.id} …\n`);
  const rows = await bench.run();
  const date = new Date().toISOString().slice(0, 10);
  const result: BenchResult = { id: bench.id, date, machine: machine(), versions, rows };
  const report = renderBench(bench, result);
  writeFileSync(join(RESULTS, `${bench.id}.md`), report);
  writeFileSync(join(RESULTS, `${bench.id}.json`), `${JSON.stringify(result, null, 2)}\n`);
  process.stdout.write(`${report}\n`);
  if (missed(rows).length > 0) process.exitCode = 1;
}

function machine(): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() || 'unknown processor',
    cores: processors.length,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    system: `${type()} ${process.arch}`,
    engine: `Node ${process.versions.node}`,
  };
}
