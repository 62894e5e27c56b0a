import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../../tools/node/repository.ts';

const HOME = join(ROOT, '.cache/bench-sundials');
const CVODE_ALONE = ['ARKODE', 'CVODES', 'IDA', 'IDAS', 'KINSOL', 'SHARED_LIBS'].map((part) => `-DBUILD_${part}=OFF`);

/** CVODE with KLU: the folder that holds include and lib. */
export interface Sundials {
  readonly home: string;
  readonly version: string;
}

/**
 * SUNDIALS' CVODE, built once with -O3 -march=native from the source in GEMEL_BENCH_SUNDIALS or
 * .cache/sundials: packages may hold it compiled without optimisation (Debian's 6.4.1 does), which is two to three times as
 * slow. An Error with the reason where that cannot be done.
 */
export function benchSundials(): Sundials | Error {
  const source = process.env.GEMEL_BENCH_SUNDIALS ?? join(ROOT, '.cache/sundials');
  if (!existsSync(join(source, 'src/cvode'))) {
    return new Error(
      'no source of SUNDIALS in GEMEL_BENCH_SUNDIALS or .cache/sundials (Debian: apt-get source sundials)',
    );
  }
  const stamp = join(HOME, 'source');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === source) return built();
  process.stderr.write('Building SUNDIALS …\n');
  const klu = spawnSync('cc', ['-print-file-name=libklu.so'], { encoding: 'utf8' }).stdout?.trim() ?? '';
  const build = join(HOME, 'build');
  const steps = [
    [
      ...['-S', source, '-B', build, `-DCMAKE_INSTALL_PREFIX=${HOME}`, '-DCMAKE_INSTALL_LIBDIR=lib'],
      ...['-DCMAKE_BUILD_TYPE=Release', '-DCMAKE_C_FLAGS_RELEASE=-O3 -march=native', '-DEXAMPLES_ENABLE_C=OFF'],
      ...['-DENABLE_KLU=ON', '-DKLU_INCLUDE_DIR=/usr/include/suitesparse', `-DKLU_LIBRARY_DIR=${dirname(klu)}`],
      ...CVODE_ALONE,
    ],
    ['--build', build, '--target', 'install'],
  ];
  for (const step of steps) {
    const { status, stderr, error } = spawnSync('cmake', step, { encoding: 'utf8', timeout: 600_000 });
    if (error !== undefined) return new Error('SUNDIALS was not built: no cmake');
    if (status !== 0) {
      process.stderr.write(stderr);
      return new Error('SUNDIALS was not built; it needs KLU (Debian: libsuitesparse-dev)');
    }
  }
  writeFileSync(stamp, source);
  return built();
}

function built(): Sundials {
  const config = readFileSync(join(HOME, 'include/sundials/sundials_config.h'), 'utf8');
  return { home: HOME, version: /#define SUNDIALS_VERSION "(.*)"/.exec(config)![1] };
}
