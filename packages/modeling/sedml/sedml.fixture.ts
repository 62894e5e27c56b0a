import { escapeXml } from '../sbml/xml.ts';

const math = (inner: string) => `<math xmlns="http://www.w3.org/1998/Math/MathML">${inner}</math>`;

/** A substrate turned over by an enzyme, with a second compartment, a local parameter and an event. Written for tests. */
export const TURNOVER = `<?xml version="1.0" encoding="UTF-8"?>
<!-- a > b -->
<sbml xmlns="http://www.sbml.org/sbml/level3/version2/core" level="3" version="2">
  <model id="turnover" name="Turnover &amp; decay">
    <listOfCompartments>
      <compartment id="cell" spatialDimensions="3" size="2" constant="true"/>
      <compartment id="out" spatialDimensions="3" size="5" constant="true"/>
    </listOfCompartments>
    <listOfSpecies>
      <species id="S" compartment="cell" initialConcentration="10" hasOnlySubstanceUnits="false"
        boundaryCondition="false" constant="false"/>
      <species id="P" compartment="cell" initialAmount='0' hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>
      <species id="Q" compartment="out" initialAmount="0" hasOnlySubstanceUnits="true" boundaryCondition="false" constant="false"/>
    </listOfSpecies>
    <listOfParameters>
      <parameter id="vmax" value="3" constant="true"/>
      <parameter id="km" name="a value='9' of &lt;km&gt;" value="1.5" constant="true"/>
      <parameter id="twice" constant="true"/>
      <parameter id="level" constant="false"/>
    </listOfParameters>
    <listOfInitialAssignments>
      <initialAssignment symbol="twice">${math('<apply><times/><cn>2</cn><ci>km</ci></apply>')}</initialAssignment>
    </listOfInitialAssignments>
    <listOfRules>
      <assignmentRule variable="level">${math('<apply><divide/><ci>P</ci><ci>twice</ci></apply>')}</assignmentRule>
    </listOfRules>
    <listOfReactions>
      <reaction id="turn" reversible="false">
        <listOfReactants><speciesReference species="S" stoichiometry="1" constant="true"/></listOfReactants>
        <listOfProducts><speciesReference species="P" stoichiometry="1" constant="true"/></listOfProducts>
        <kineticLaw>${math('<apply><divide/><apply><times/><ci>cell</ci><ci>vmax</ci><ci>S</ci></apply><apply><plus/><ci>km</ci><ci>S</ci></apply></apply>')}</kineticLaw>
      </reaction>
      <reaction id="leave" reversible="false">
        <listOfReactants><speciesReference species="P" stoichiometry="1" constant="true"/></listOfReactants>
        <listOfProducts><speciesReference species="Q" stoichiometry="1" constant="true"/></listOfProducts>
        <kineticLaw>
          ${math('<apply><times/><ci>k</ci><ci>P</ci></apply>')}
          <listOfLocalParameters><localParameter id="k" value="0.2"/></listOfLocalParameters>
        </kineticLaw>
      </reaction>
    </listOfReactions>
    <listOfEvents>
      <event id="feed" useValuesFromTriggerTime="true">
        <trigger initialValue="false" persistent="true">${math('<apply><geq/><csymbol encoding="text" definitionURL="http://www.sbml.org/sbml/symbols/time">t</csymbol><cn>4</cn></apply>')}</trigger>
        <listOfEventAssignments>
          <eventAssignment variable="S">${math('<apply><plus/><ci>S</ci><cn>5</cn></apply>')}</eventAssignment>
        </listOfEventAssignments>
      </event>
    </listOfEvents>
  </model>
</sbml>
`;

/** Molecules born and dying, for stochastic runs. */
export const BIRTH_DEATH = `<?xml version="1.0"?>
<sbml xmlns="http://www.sbml.org/sbml/level2/version4" level="2" version="4">
  <model id="births">
    <listOfCompartments><compartment id="c"/></listOfCompartments>
    <listOfSpecies><species id="X" compartment="c" initialAmount="20" hasOnlySubstanceUnits="true"/></listOfSpecies>
    <listOfParameters><parameter id="birth" value="3"/><parameter id="death" value="0.1"/></listOfParameters>
    <listOfReactions>
      <reaction id="Birth" reversible="false">
        <listOfProducts><speciesReference species="X"/></listOfProducts>
        <kineticLaw>${math('<ci>birth</ci>')}</kineticLaw>
      </reaction>
      <reaction id="Death" reversible="false">
        <listOfReactants><speciesReference species="X"/></listOfReactants>
        <kineticLaw>${math('<apply><times/><ci>death</ci><ci>X</ci></apply>')}</kineticLaw>
      </reaction>
    </listOfReactions>
  </model>
</sbml>
`;

/** A SED-ML document as other programs write it, of the version given. */
export function document(parts: {
  readonly version?: 1 | 2 | 3 | 4;
  readonly algorithm?: string;
  readonly changes?: string;
  readonly course?: string;
  readonly task?: string;
  readonly generators?: string;
  readonly outputs?: string;
  readonly source?: string;
}): string {
  const { version = 3, algorithm = '<algorithm kisaoID="KISAO:0000019"/>', changes = '', source = 'model.xml' } = parts;
  const namespace = version === 1 ? 'http://sed-ml.org/' : `http://sed-ml.org/sed-ml/level1/version${version}`;
  const variable = (id: string, what: string) =>
    `<dataGenerator id="${id}"><listOfVariables><variable id="v_${id}" ${what} taskReference="task1"/></listOfVariables>${math(`<ci>v_${id}</ci>`)}</dataGenerator>`;
  const {
    course = 'initialTime="0" outputStartTime="0" outputEndTime="10" numberOfPoints="20"',
    task = '<task id="task1" modelReference="model1" simulationReference="sim1"/>',
    generators = variable('time', 'symbol="urn:sedml:symbol:time"') +
      variable('S', `target="${escapeXml("/sbml:sbml/sbml:model/sbml:listOfSpecies/sbml:species[@id='S']")}"`),
    outputs = '<report id="r"><listOfDataSets><dataSet id="d1" label="t" dataReference="time"/><dataSet id="d2" label="[S]" dataReference="S"/></listOfDataSets></report>',
  } = parts;
  return `<?xml version="1.0"?>
<sedML xmlns="${namespace}" level="1" version="${version}">
  <listOfModels><model id="model1" language="urn:sedml:language:sbml" source="${source}">${changes}</model></listOfModels>
  <listOfSimulations><uniformTimeCourse id="sim1" ${course}>${algorithm}</uniformTimeCourse></listOfSimulations>
  <listOfTasks>${task}</listOfTasks>
  <listOfDataGenerators>${generators}</listOfDataGenerators>
  <listOfOutputs>${outputs}</listOfOutputs>
</sedML>`;
}
