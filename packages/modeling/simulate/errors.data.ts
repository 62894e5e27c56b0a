import { defineErrors } from '@gemel/core';

export const simulationErrors = defineErrors({
  'simulation-times': {
    meaning: 'The times asked for are not finite and ascending, or there are none.',
    remedy: 'Give at least one time, each finite and later than the one before.',
  },
  'simulation-unknown-name': {
    meaning: 'The model has nothing of that name and kind.',
    remedy: 'Take one of the names that gemel inspect lists.',
  },
  'simulation-value-not-finite': {
    meaning: 'A value given for a run is not a finite number.',
    remedy: 'Give a finite number in the unit of the quantity.',
  },
  'simulation-input-series': {
    meaning: 'The series of an input has no times, times that descend, or not as many values as times.',
    remedy: 'Give ascending times and one value for each.',
  },
  'simulation-dose': {
    meaning: 'A dose cannot be given as it is written.',
    remedy: 'Correct what the message names: time, amount, duration, repeats or interval.',
  },
  'simulation-method-unknown': {
    meaning: 'There is no solver of that name.',
    remedy: 'Take one of the names in the message, or none to have it chosen by stiffness.',
  },
  'simulation-control': {
    meaning: 'Tolerances, step or the most steps are not positive, or the method cannot take steps of that kind.',
    remedy: 'Give positive numbers; a method without error estimate needs a step.',
  },
  'simulation-random-numbers': {
    meaning: 'The model draws random numbers, which a simulation of differential equations has none of.',
    remedy: 'Run it with a stochastic method, for example --method ssa.',
  },
  'simulation-step-too-small': {
    meaning: 'The steps needed became as short as the rounding of time. The values hold to the time named.',
    remedy: 'Look for a singularity in the rate of the state named, or loosen the tolerances.',
  },
  'simulation-too-many-steps': {
    meaning: 'The most steps allowed were taken before the end. The values hold to the time named.',
    remedy: 'Take a method for stiff systems, allow more steps, or loosen the tolerances.',
  },
  'simulation-not-finite': {
    meaning: 'A rate or state is no longer a finite number. The values hold to the time named.',
    remedy:
      'Give a number where the message names a quantity without one; else look at the rate of the state named for a division by zero, a logarithm or power of a negative, or growth.',
  },
  'simulation-singular': {
    meaning:
      'The constraints do not determine the unknowns, or have no solution near. The values hold to the time named.',
    remedy: 'Check the constraints and the guess of the unknown named.',
  },
  'simulation-chatter': {
    meaning: 'Events or switches follow one another without time going on. The values hold to the time named.',
    remedy: 'Give the event or condition named a dead band or a delay.',
  },
  'simulation-out-of-range': {
    meaning: 'A delay or lag became negative, or an infusion got no duration. The values hold to the time named.',
    remedy: 'Check the expression or parameter named.',
  },
  'simulation-no-steady-state': {
    meaning: 'Repeating the dose did not bring the model to a steady state. The values hold to the time named.',
    remedy: 'Check that everything dosed is eliminated; give the doses themselves in place of the steady state.',
  },
  'simulation-sweep-parts': {
    meaning: 'The parts of a sweep that were to be joined do not follow one another.',
    remedy: 'Join all parts, in the order of their runs.',
  },
});
