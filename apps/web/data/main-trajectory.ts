import type { Forecast, Trajectory } from '@gemel/core';

function trajectories(forecast: Forecast | null): Trajectory[] {
  return Object.values(forecast?.quantities ?? {}).filter((quantity) => quantity.kind === 'trajectory');
}

/** The curve a chart draws: the first that reports events, since those are what a person watches for; else the first. */
export function mainTrajectory(forecast: Forecast | null): Trajectory | null {
  const all = trajectories(forecast);
  return all.find((trajectory) => Object.keys(trajectory.events).length > 0) ?? all[0] ?? null;
}

/** Curves of other things than the main one's kind of value, in their own units: insulin on board, carbohydrate on board. */
export function sideTrajectories(forecast: Forecast | null): Trajectory[] {
  const main = mainTrajectory(forecast);
  return trajectories(forecast).filter((trajectory) => trajectory.unit !== main?.unit);
}
