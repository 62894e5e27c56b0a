import type { Forecast, Trajectory } from '@gemel/core';
import type { TwinView } from '@gemel/server/api';

/** The curve a chart draws: the one the twin's view names. */
export function mainTrajectory(forecast: Forecast | null, { quantity }: TwinView): Trajectory | null {
  const main = forecast?.quantities[quantity];
  return main?.kind === 'trajectory' ? main : null;
}

/** Curves of other things than the main one's kind of value, in their own units: insulin on board, carbohydrate on board. */
export function sideTrajectories(forecast: Forecast, view: TwinView): Trajectory[] {
  const main = mainTrajectory(forecast, view);
  return Object.values(forecast.quantities)
    .filter((quantity) => quantity.kind === 'trajectory')
    .filter((trajectory) => trajectory.unit !== main?.unit);
}
