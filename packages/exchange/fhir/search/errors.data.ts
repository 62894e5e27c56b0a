import { defineErrors } from '@gemel/core';

export const searchErrors = defineErrors({
  'search-parameter-unknown': {
    meaning: 'A search names a parameter that its resource type does not have, or that this server does not answer.',
    remedy: 'Take a parameter from the CapabilityStatement; with `Prefer: handling=lenient` unknown ones are left out.',
  },
  'search-modifier': {
    meaning: 'A search uses a modifier that the parameter does not take.',
    remedy: 'The message names what the parameter takes.',
  },
  'search-value': {
    meaning: 'A value in a search is not of the form that its parameter takes.',
    remedy:
      'Mend the value the message names; a comma, bar or dollar sign that belongs to it is written with a backslash before it.',
  },
  'search-type-unknown': {
    meaning: 'A search or an include names a type that is no resource of R4, or that the reference never leads to.',
    remedy: 'Take a type that the parameter leads to; the message names them.',
  },
  'search-too-much': {
    meaning: 'A search has more conditions, values or links in a chain than are answered.',
    remedy: 'Ask in several searches.',
  },
  'search-page': {
    meaning: 'The place to go on from is not one that this server gave for this search.',
    remedy: 'Follow the link of the page before as it stands, or search anew.',
  },
});
