import { randomStream } from '@gemel/numerics/random/philox';
import { describe, expect, test } from 'vitest';
import { compile } from '../codegen/compile.ts';
import { readSbml } from '../sbml/read.ts';
import { stochasticSummary } from './moments.ts';

const MATH = 'http://www.w3.org/1998/Math/MathML';
const draw = (family: string, ...args: string[]) =>
  `<apply><csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/distrib/${family}">${family}</csymbol>${args.join('')}</apply>`;
const cn = (value: number) => `<cn>${value}</cn>`;

/** X is set at time 1 to a formula; R is another formula by a rule. */
function document(assigned: string, rule = cn(0)): string {
  return `<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" xmlns:distrib="http://www.sbml.org/sbml/level3/version1/distrib/version1" level="3" version="1" distrib:required="true">
<model id="m"><listOfParameters><parameter id="X" value="0" constant="false"/><parameter id="R" constant="false"/><parameter id="mean" value="5" constant="true"/></listOfParameters>
<listOfRules><assignmentRule variable="R"><math xmlns="${MATH}">${rule}</math></assignmentRule></listOfRules>
<listOfEvents><event id="E" useValuesFromTriggerTime="true"><trigger initialValue="false" persistent="true"><math xmlns="${MATH}"><apply><geq/><csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol>${cn(1)}</apply></math></trigger>
<listOfEventAssignments><eventAssignment variable="X"><math xmlns="${MATH}">${assigned}</math></eventAssignment></listOfEventAssignments></event></listOfEvents>
</model></sbml>`;
}

describe('random numbers of the SBML package distrib', () => {
  test('are drawn with arguments from the model, also inside one another and more than once', () => {
    const sum = `<apply><plus/>${draw('normal', '<ci>mean</ci>', cn(2))}${draw('normal', draw('uniform', cn(0), cn(2)), cn(0))}</apply>`;
    const { model } = readSbml(document(sum));
    expect(model.draws?.map(({ family }) => family)).toEqual(['normal', 'uniform', 'normal']);
    const runs = 3000;
    const times = Float64Array.of(0, 2);
    const { mean, sd } = stochasticSummary(compile(model), { times, outputs: ['X'] }, runs, randomStream(4));
    const spread = Math.sqrt(4 + 1 / 3);
    expect([mean[0], sd[0]]).toEqual([0, 0]);
    expect(Math.abs(mean[1] - 6)).toBeLessThan((4 * spread) / Math.sqrt(runs));
    expect(Math.abs(sd[1] / spread - 1)).toBeLessThan(4 / Math.sqrt(2 * runs));
  });

  test.each([
    ['outside event assignments', document(cn(1), draw('normal', cn(0), cn(1))), 'sbml-unsupported'],
    ['of a family that is none', document(draw('weibull', cn(0), cn(1))), 'sbml-math'],
    ['of too few arguments', document(draw('normal', cn(0))), 'sbml-math'],
    ['of three arguments where two may bound', document(draw('gamma', cn(1), cn(1), cn(1))), 'sbml-math'],
  ])('%s are refused by code', (_what, text, code) => {
    expect(() => readSbml(text)).toThrow(expect.objectContaining({ code }));
  });
});
