import { defineErrors } from '@gemel/core';

export const runtimeErrors = defineErrors({
  'admit-unit-unknown': {
    meaning: 'The value has no unit, or one that is not UCUM and that the pack states no spelling for. It was refused.',
    remedy: 'Write the unit as a UCUM code (https://ucum.org), or name it with --unit where the source has none.',
  },
  'admit-unit-dimension': {
    meaning: 'The unit measures something else than what the code means. The value was refused.',
    remedy:
      'Check that code and unit belong together; mass and amount convert only where the pack states a molar mass.',
  },
  'admit-value-kind': {
    meaning:
      'The code means a number, but the source gives words, a code or a yes/no. The item was kept whole, unused.',
    remedy: 'Send the value as a quantity with a unit.',
  },
  'admit-value-not-finite': {
    meaning: 'The value is not a finite number. It was refused.',
    remedy: 'Correct the value in the source, or leave the item out.',
  },
  'admit-time-invalid': {
    meaning: 'The time is not an instant, or it ends before it begins. The item was refused.',
    remedy: 'Correct the time in the source; give a zone with --zone where the source has none.',
  },
  'admit-code-unmapped': {
    meaning: 'No pack uses this code. The item was kept whole and is not used.',
    remedy: 'None is needed. To use it, bind the code in a pack.',
  },
  'admit-code-predicted': {
    meaning:
      'The item carries the code of something a pack predicts. It was kept whole and is never taken for measured.',
    remedy: 'None is needed for what Gemel wrote itself; otherwise send the measurement under its own code.',
  },
  'admit-code-by-name': {
    meaning: 'The source gave no standard code; its own name was taken for one the pack lists.',
    remedy: 'Check that the name means what the pack says, or send the standard code.',
  },
  'admit-derived-from-text': {
    meaning:
      'The item was read out of the words of a note. A value is graded uncertain at best; a dose is kept and acts on nothing.',
    remedy: 'Confirm it by the measurement or the administration itself, from the system that recorded it.',
  },
  'admit-code-translated': {
    meaning:
      'No pack knows the code of the source; a concept map of the user says that it is the same as one a pack binds.',
    remedy: 'Check the map, which the message names.',
  },
  'admit-code-ambiguous': {
    meaning: 'Concept maps give the code of the source several codes that mean different things. None was taken.',
    remedy: 'Leave one of the rows in the maps.',
  },
  'admit-implausible': {
    meaning:
      'The value lies outside what the pack holds plausible. It was kept, graded poor, and is not computed with.',
    remedy: 'Check the measurement and its unit; send a correction if it is wrong.',
  },
  'admit-impossible': {
    meaning: 'No living person has such a value, and no working device shows it. It was kept, graded poor.',
    remedy: 'Check the measurement and its unit; send a correction.',
  },
  'admit-inconsistent': {
    meaning:
      'The value cannot stand beside another of the same moment (systolic below diastolic) or beside height and weight. One of them is wrong.',
    remedy: 'Check both values; send a correction of the wrong one.',
  },
  'admit-unit-swap-suspected': {
    meaning:
      'The number makes no sense in its stated unit and does in another that is commonly written for it, by range and by the earlier values. It was kept as it is, graded poor.',
    remedy:
      'Look the value up at its source. Where it is wrong, correct it with gemel quality correct; nothing is changed by itself.',
  },
  'admit-change': {
    meaning: 'The value changed faster than bodies do. It was graded uncertain.',
    remedy: 'Repeat the measurement; check that it is of the same person.',
  },
  'admit-stuck': {
    meaning: 'A sensor shows one and the same value for longer than living bodies do. It was graded uncertain.',
    remedy: 'Check that the sensor is in place and sends new values.',
  },
  'admit-same-measurement': {
    meaning: 'The same measurement came by another door before. Both are kept and linked; it counts once.',
    remedy: 'None is needed.',
  },
  'admit-disagreement': {
    meaning: 'Two sources give different values for one moment. Both were graded uncertain.',
    remedy: 'Find out which is right, and send a correction of the other.',
  },
  'admit-source-disagrees': {
    meaning:
      'Over at least ten paired readings the source has disagreed with others by more than the standard of its kind allows. Its values are graded uncertain.',
    remedy: 'See gemel quality for bias and limits of agreement; check the calibration of the devices.',
  },
  'admit-clock-differs': {
    meaning:
      'The values of two sources follow the same course, shifted in time: the clock of one of them is wrong. The grade stays, since the values do not tell which.',
    remedy: 'See gemel quality for the shift; set the clock of the device, and import anew what it stamped wrongly.',
  },
  'admit-before-birth': {
    meaning: 'The item is dated before the person was born. It was kept, graded poor.',
    remedy: 'Check the time of the item, and the birth date.',
  },
  'admit-long-past': {
    meaning:
      'The item is dated by a clock that was never set, or before such measurements were made. It was graded poor.',
    remedy: 'Set the clock of the device; send the item with its time.',
  },
  'admit-preliminary': {
    meaning: 'The source calls the value preliminary, or does not know its status. It was graded uncertain.',
    remedy: 'Send the final value under the same identifier when it is there.',
  },
  'admit-amended': {
    meaning: 'The source says that this value replaces an earlier one.',
    remedy: 'None is needed.',
  },
  'admit-status': {
    meaning: 'The status says that there is no valid value (cancelled, registered). The item was refused.',
    remedy: 'Send the item again when it has a value.',
  },
  'admit-future': {
    meaning: 'The item is dated more than five minutes after it was taken in. It was kept, graded poor.',
    remedy: 'Check the clock of the device and the zone of the source.',
  },
  'admit-withdrawn-before': {
    meaning: 'The source withdrew this item before it sent it; it was logged and withdrawn at once.',
    remedy: 'If the item is valid, send it under a new identifier.',
  },
  'admit-retraction-unmatched': {
    meaning:
      'The source withdraws an item the log does not have. The withdrawal is kept and applies if the item comes.',
    remedy: 'Check the identifier of the item withdrawn.',
  },
  'admit-merge-cycle': {
    meaning: 'The two identifiers are already one subject, or the merge would run in a circle. It was refused.',
    remedy: 'Name the identifier that remains as the subject, once.',
  },
  'admit-subject-erased': {
    meaning: 'The subject was erased; nothing about them is taken in under this identifier.',
    remedy: 'If the subject deliberately returns, admit the records under a new identifier.',
  },
  'identity-link-unknown': {
    meaning: 'No such pair of identifiers waits for a decision, or no such decision stands.',
    remedy: 'Take an id from gemel link list.',
  },
  'identity-unsigned': {
    meaning: 'A decision on who is who does not say whose it is, or why.',
    remedy: 'Give the name of the person who decides, and the reason in a few words.',
  },
  'quality-correction-unknown': {
    meaning: 'No observation of that id stands in the log: it was never there, or was corrected or withdrawn already.',
    remedy: 'Take an id from gemel quality.',
  },
  'quality-correction-unsigned': {
    meaning: 'A correction does not say whose it is, or why.',
    remedy: 'Give the name of the person who corrects, and the reason in a few words.',
  },
  'quality-correction-unfit': {
    meaning: 'The corrected value cannot be taken: its unit does not measure what the code means.',
    remedy: 'Give the value with a UCUM unit of the same dimension.',
  },
  'release-reason-missing': {
    meaning: 'A person agreed, changed or rejected without saying why.',
    remedy: 'Give the reason in a few words.',
  },
  'release-expired': {
    meaning: 'The proposal was good until a stated time that has passed.',
    remedy: 'Ask for new advice.',
  },
  'release-inputs-changed': {
    meaning:
      'What the proposal rested on was corrected, withdrawn or added to since, or a control input was given since.',
    remedy: 'Ask for new advice.',
  },
  'release-limits-changed': {
    meaning: 'As things stand now a hard limit would clip or forbid the plan that was agreed to.',
    remedy: 'Ask for new advice.',
  },
  'release-forbidden': {
    meaning: 'A hard limit forbids the plan.',
    remedy: 'Choose another plan; nothing switches a limit off.',
  },
  'release-already-acted': {
    meaning: 'Somebody has already agreed, changed or rejected this proposal.',
    remedy: 'Ask for new advice.',
  },
  'release-nothing-proposed': {
    meaning: 'The twin abstained, so there is nothing to agree to or change.',
    remedy: 'Act on your own judgement; the reasons for abstaining are in the trace.',
  },
  'release-plan-unknown': {
    meaning: 'The proposal holds no plan of that name.',
    remedy: 'Name one of its plans by scenario id.',
  },
  'release-controls-missing': {
    meaning: 'A change names no control inputs, or one the pack does not have.',
    remedy: 'Give the control inputs chosen instead.',
  },
  'runtime-subject-unknown': {
    meaning: 'The log holds nothing about this subject.',
    remedy: 'Import records first, or check the identifier.',
  },
  'runtime-pack-unknown': {
    meaning: 'No pack of that name is loaded.',
    remedy: 'Choose one of the packs listed.',
  },
  'runtime-trace-unknown': {
    meaning: 'The log holds no trace with this id.',
    remedy: 'Check the id.',
  },
  'runtime-cancelled': {
    meaning: 'The work was cancelled before its end. What was already logged stays.',
    remedy: 'Start it again when it is wanted.',
  },
  'runtime-pack-cycle': {
    meaning: 'Packs consume what they publish, directly or in a circle.',
    remedy: 'Remove one of the couplings.',
  },
  'runtime-pack-twice': {
    meaning: 'Two packs have the same id.',
    remedy: 'Give each pack an id of its own.',
  },
  'runtime-name-ambiguous': {
    meaning: 'Two packs give one name to signals or controls that have no code in common.',
    remedy: 'Name them apart, as by the drug or the organ they are of.',
  },
  'runtime-propose-endless': {
    meaning: 'The pack kept proposing plans past the limit of rounds or plans.',
    remedy: 'Make `propose` return none once it has seen enough.',
  },
  'runtime-not-finite': {
    meaning: 'A model path, a quantity or a reward is not a finite number.',
    remedy: 'Report it with the trace: the model left the region where it can be computed.',
  },
  'runtime-shape': {
    meaning: 'A pack gave an array of another length than the contract says.',
    remedy: 'Run packContract on the pack.',
  },
  'runtime-weights-zero': {
    meaning: 'No member of the belief can explain the observation; their weights vanish.',
    remedy: 'Recalibrate; if it stays, the sensor model or the prior excludes what was observed.',
  },
  'runtime-snapshot-invalid': {
    meaning: 'A stored belief cannot be read.',
    remedy: 'Recalibrate the twin.',
  },
  'pack-incomplete': {
    meaning: 'The candidate lacks a component of a twin, so it does not load.',
    remedy: 'Add the component named; packContract says what each must do.',
  },

  // the census
  'census-cancel-unmatched': {
    meaning: 'A movement is cancelled that no source told of.',
    remedy: 'Check whether a message was lost; the census stands as if the cancellation had not come.',
  },
  'census-not-admitted': {
    meaning: 'Somebody is moved, sent on leave or discharged without having been admitted.',
    remedy: 'Check whether an admission was lost; the person counts as being where the movement says.',
  },
  'census-admitted-twice': {
    meaning: 'Somebody is admitted who is there already.',
    remedy: 'Check the number of the visit; the stay counts from the first admission.',
  },
  'census-after-discharge': {
    meaning: 'Something happens in a visit that has ended.',
    remedy: 'Check the times; only an admission opens the visit again.',
  },
  'census-visit-of-two': {
    meaning: 'One visit is told of two persons.',
    remedy: 'Merge the persons if they are one, or move the visit to whose it is (A45).',
  },
  'census-two-in-a-bed': {
    meaning: 'Two persons are in one bed.',
    remedy: 'Check which of them was moved or discharged; both are listed.',
  },
  'census-in-two-beds': {
    meaning: 'One person is in two beds.',
    remedy: 'Check which visit has ended; both are listed.',
  },
});
