import { defineErrors } from '@gemel/core/error';

/** Error codes of ensembles. Each is documented in docs/errors.md. */
export const ensembleErrors = defineErrors({
  'ensemble-unsupported': {
    meaning: 'The model has something that fixed-step ensembles do not run: events, delays, unknowns.',
    remedy: 'Simulate its members one by one, or write what happens at set times as updates of the ensemble.',
  },
  'ensemble-name': {
    meaning: 'A parameter, state, input or output is named that the model does not have.',
    remedy: 'Take one of the names the message lists.',
  },
  'ensemble-length': {
    meaning: 'An array does not have the length that members and intervals ask for.',
    remedy:
      'Give one value for all members, or one for each; of inputs one for each interval, of all or of each member.',
  },
  'ensemble-value': {
    meaning: 'A parameter, initial value or input is not a finite number.',
    remedy: 'Correct the value the message names.',
  },
  'ensemble-step': {
    meaning: 'The step, the count of intervals or the records asked for are not positive, or do not divide each other.',
    remedy: 'Give a positive step, whole positive counts, and `every` such that it divides the intervals.',
  },
  'ensemble-no-adapter': {
    meaning: 'WebGPU is not there, or gives no adapter or device on this machine.',
    remedy: 'Use a browser or runtime with WebGPU and a driver for it, or the backend wasm-f32.',
  },
  'ensemble-closed': {
    meaning: 'A run is asked of a pool of workers that has been closed.',
    remedy: 'Await the runs before the pool is closed, or make another pool.',
  },
  'ensemble-backend': {
    meaning: 'The backend asked for is not there in this engine.',
    remedy: "Take 'best', which chooses among those that are there.",
  },
});
