import { CodedError } from '@gemel/core/error';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compile } from '../codegen/compile.ts';
import { readSbml } from './read.ts';
import { math } from './sbml.fixture.ts';
import { toSbml } from './write.ts';

const COMP = 'http://www.sbml.org/sbml/level3/version1/comp/version1';
const time = '<csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol>';

/** A document with one of everything. */
const document = `<?xml version="1.0"?>
<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" xmlns:comp="${COMP}" level="3" version="2" comp:required="true">
<model id="m" name="all" timeUnits="second" substanceUnits="mole" extentUnits="mole" conversionFactor="cf">
<listOfFunctionDefinitions><functionDefinition id="f">${math('<lambda><bvar><ci>x</ci></bvar><apply><times/><ci>x</ci><ci>x</ci></apply></lambda>')}</functionDefinition></listOfFunctionDefinitions>
<listOfUnitDefinitions><unitDefinition id="u"><listOfUnits><unit kind="mole" exponent="1" scale="-3" multiplier="1"/></listOfUnits></unitDefinition></listOfUnitDefinitions>
<listOfCompartments><compartment id="C" spatialDimensions="3" size="2" units="litre" constant="false"/></listOfCompartments>
<listOfSpecies>
<species id="S" compartment="C" initialAmount="3" hasOnlySubstanceUnits="false" boundaryCondition="false" constant="false"/>
<species id="P" compartment="C" initialConcentration="0" substanceUnits="u" hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>
</listOfSpecies>
<listOfParameters>
<parameter id="cf" value="1" constant="true"/><parameter id="k" value="0.5" constant="true"/>
<parameter id="x" value="1" constant="false"/><parameter id="y" constant="false"/><parameter id="z" value="1" constant="false"/>
</listOfParameters>
<listOfInitialAssignments><initialAssignment symbol="x">${math('<apply><plus/><ci>k</ci><cn type="e-notation">1<sep/>-2</cn></apply>')}</initialAssignment></listOfInitialAssignments>
<listOfRules>
<assignmentRule variable="y">${math('<apply><ci>f</ci><ci>S</ci></apply>')}</assignmentRule>
<rateRule variable="C">${math(`<piecewise><piece><cn>0.1</cn><apply><lt/>${time}<cn>1</cn></apply></piece><otherwise><cn>0</cn></otherwise></piecewise>`)}</rateRule>
<algebraicRule>${math('<apply><minus/><apply><power/><ci>z</ci><cn>3</cn></apply><ci>x</ci></apply>')}</algebraicRule>
</listOfRules>
<listOfReactions><reaction id="J" reversible="false"><listOfReactants><speciesReference id="n" species="S" stoichiometry="1" constant="true"/></listOfReactants><listOfProducts><speciesReference species="P" stoichiometry="2" constant="true"/></listOfProducts><kineticLaw>${math('<apply><times/><ci>q</ci><ci>S</ci><ci>C</ci></apply>')}<listOfLocalParameters><localParameter id="q" value="0.1"/></listOfLocalParameters></kineticLaw></reaction></listOfReactions>
<listOfEvents><event id="E" useValuesFromTriggerTime="true"><trigger initialValue="true" persistent="false">${math('<apply><gt/><ci>P</ci><cn>1</cn></apply>')}</trigger><delay>${math('<cn>0.1</cn>')}</delay><priority>${math('<ci>k</ci>')}</priority><listOfEventAssignments><eventAssignment variable="x">${math('<apply><csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/delay">d</csymbol><ci>x</ci><cn>1</cn></apply>')}</eventAssignment></listOfEventAssignments></event></listOfEvents>
<comp:listOfSubmodels><comp:submodel comp:id="A" comp:modelRef="D" comp:timeConversionFactor="cf"><comp:listOfDeletions><comp:deletion comp:id="del" comp:idRef="w"/></comp:listOfDeletions></comp:submodel></comp:listOfSubmodels>
</model>
<comp:listOfModelDefinitions><comp:modelDefinition id="D"><listOfParameters><parameter id="v" value="1" constant="false"><comp:replacedBy comp:idRef="v" comp:submodelRef="B"/></parameter><parameter id="w" value="1" constant="true"/></listOfParameters><comp:listOfSubmodels><comp:submodel comp:id="B" comp:modelRef="F"/></comp:listOfSubmodels></comp:modelDefinition><comp:modelDefinition id="F"><listOfParameters><parameter id="v" value="2" constant="true"/></listOfParameters></comp:modelDefinition></comp:listOfModelDefinitions>
</sbml>`;

const ELEMENT = /<([\w:]+)(?: [^<>]*)?>[^<>]*<\/\1>|<[\w:]+(?: [^<>]*)?\/>/g;
const VALUE = /(?<=")[^"<>]*(?=")|(?<=>)[^<>]+(?=<)/g;
const TAG = /(?<=<\/?)[\w:]+/g;

/** One change of a document: of a character, an element, a value or a tag, taken from elsewhere in it or made up. */
const mutation = fc.record({
  what: fc.constantFrom('cut', 'insert', 'drop', 'copy', 'value', 'exchange', 'tag'),
  at: fc.nat(),
  from: fc.nat(),
  made: fc.constantFrom(
    '<',
    '&',
    '"',
    '\u0000',
    '-1',
    '0',
    '1e400',
    'NaN',
    '-INF',
    'x'.repeat(100),
    '',
    '<a>',
    ']]>',
    '2.5',
  ),
});

function mutated(
  text: string,
  { what, at, from, made }: { what: string; at: number; from: number; made: string },
): string {
  if (what === 'cut') return text.slice(0, at % text.length) + text.slice((at % text.length) + 1 + (from % 30));
  if (what === 'insert') return text.slice(0, at % text.length) + made + text.slice(at % text.length);
  const places = [...text.matchAll(what === 'drop' || what === 'copy' ? ELEMENT : what === 'tag' ? TAG : VALUE)];
  if (places.length === 0) return text;
  const place = places[at % places.length]!;
  const other = places[from % places.length]![0];
  const after = text.slice(place.index + place[0].length);
  const before = text.slice(0, place.index);
  if (what === 'drop') return before + after;
  if (what === 'copy') return before + place[0] + other + after;
  if (what === 'value') return before + made + after;
  return before + other + after;
}

test('the document itself is read', () => {
  const { model, problems } = readSbml(document);
  expect([model.events.length, model.reactions.length, model.unknowns.length, problems.length]).toEqual([1, 1, 1, 0]);
});

test('a mutated document is read or refused with a code, and what is read compiles and is written', () => {
  let read = 0;
  fc.assert(
    fc.property(fc.array(mutation, { minLength: 1, maxLength: 3 }), (mutations) => {
      try {
        const { model } = readSbml(mutations.reduce(mutated, document));
        compile(model);
        toSbml(model);
        read++;
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        expect(error.remedy.length).toBeGreaterThan(10);
      }
    }),
    { numRuns: 400 },
  );
  expect(read).toBeGreaterThan(8);
});
