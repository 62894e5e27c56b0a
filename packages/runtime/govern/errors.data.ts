import { defineErrors } from '@gemel/core/error';

/** Error codes of consent and policy. Each is documented in docs/errors.md. */
export const governErrors = defineErrors({
  'govern-purpose-unknown': {
    meaning: 'What the data are asked for is no purpose that is known here.',
    remedy:
      'Give a PurposeOfUse code of HL7 v3 (TREAT, HPAYMT, HOPERAT, HRESCH, PUBHLTH, PATRQT …), or system|code for another system.',
  },
  'govern-policy-invalid': {
    meaning: 'A policy cannot be parsed, or speaks of something that the schema does not have.',
    remedy: 'Correct the policy at the line named; nothing is decided by any policy until all of them can be read.',
  },
  'govern-policy-twice': {
    meaning: 'Two policies have one id.',
    remedy: 'Give each policy an @id of its own.',
  },
  'govern-break-glass-reason': {
    meaning: 'The glass was to be broken without a reason.',
    remedy: 'Say why it is needed now; the reason goes to review.',
  },
  'govern-settings-invalid': {
    meaning: 'The settings of governance cannot be read.',
    remedy: 'Correct governance/settings.json in the data folder.',
  },
  'govern-withheld': {
    meaning: 'What the proposal rests on may no longer be used.',
    remedy: 'Ask for advice again once consent stands, or reject the proposal.',
  },
});
