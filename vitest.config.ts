import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** The direction of imports is checked before anything else. */
class LayersFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const isLayers = (file: TestSpecification) => file.moduleId.endsWith('/tools/layers.test.ts');
    return [...sorted.filter(isLayers), ...sorted.filter((file) => !isLayers(file))];
  }
}

export default defineConfig({
  test: {
    include: ['**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'templates/**', '.cache/**'],
    sequence: { sequencer: LayersFirst },
    setupFiles: ['tools/property-seed.ts'],
    // A database that is named to be tested on is not the one that the programs under test open by themselves.
    env: {
      GEMEL_DATABASE_URL: '',
      GEMEL_TEST_DATABASE_URL: process.env.GEMEL_DATABASE_URL ?? '',
      GEMEL_TEST_RUN: `${process.pid}-${Date.now()}`,
    },
    isolate: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: 2,
  },
});
