import { defineErrors } from '@gemel/core/error';

/** Error codes of stochastic simulation. Each is documented in docs/errors.md. */
export const stochasticErrors = defineErrors({
  'stochastic-unsupported': {
    meaning: 'The model has a part that stochastic simulation does not run. It is refused rather than run without it.',
    remedy: 'Write the model without the part named, or simulate it with differential equations.',
  },
  'stochastic-no-reactions': {
    meaning: 'The model has neither reactions nor random numbers: nothing in it happens by chance.',
    remedy: 'Simulate it with differential equations, or give its mechanism as reactions.',
  },
  'stochastic-moving-rate': {
    meaning:
      'A reaction rate changes between reactions: it depends on time, on an input that moves, or on a state that flows.',
    remedy: 'Let events change the rate in steps, or simulate the model with differential equations.',
  },
  'stochastic-mixed-state': {
    meaning: 'A state is changed by reactions and flows besides; its flow would be lost.',
    remedy: 'Give all that changes the state as reactions.',
  },
  'stochastic-negative-rate': {
    meaning: 'A reaction rate became negative. A reaction that runs both ways is two reactions.',
    remedy: 'Write the reaction as two irreversible ones, or stop the rate at zero.',
  },
  'stochastic-negative-count': {
    meaning: 'A reaction took more than there was: a count fell below zero.',
    remedy: 'Give amounts as counts of molecules, and rates that are zero where a reactant is used up.',
  },
  'stochastic-rate-not-finite': {
    meaning: 'A reaction rate is not a finite number.',
    remedy:
      'Look at the rate of the reaction named for a division by zero, a logarithm or power of a negative, or growth.',
  },
  'stochastic-too-many-jumps': {
    meaning: 'More reactions happened than allowed before the end was reached.',
    remedy: 'Allow more, or take the method tau-leap.',
  },
  'stochastic-draw': {
    meaning: 'The arguments of a random number are outside its domain, or its bounds leave next to nothing of it.',
    remedy: 'Correct the arguments named in the message.',
  },
  'stochastic-endless-events': {
    meaning: 'Events set each other off without end at one time, or a delay is negative.',
    remedy: 'Correct the trigger or delay of the event named.',
  },
  'stochastic-request': {
    meaning: 'The number of runs, the method or its epsilon is not one there is.',
    remedy: 'Correct what the message names.',
  },
});
