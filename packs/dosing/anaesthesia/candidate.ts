import { type Candidate, candidatesOf } from '../candidates.ts';
import type { Covariates } from '../covariates.ts';
import type { Agent } from './agent.ts';

/** The agent's model against a patient's covariates. */
export function candidateOf({ model }: Agent, covariates: Covariates): Candidate {
  return candidatesOf({ models: [model] }, covariates)[0];
}
