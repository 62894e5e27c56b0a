import { LOINC, RXNORM, SNOMED } from '@gemel/core/concept';
import type { ContextRule, ContextValue } from './rules.ts';

export const ICD10CM = 'http://hl7.org/fhir/sid/icd-10-cm';

/** Short names of code systems in rule files. */
export const CODE_SYSTEMS: Readonly<Record<string, string>> = {
  'ICD-10-CM': ICD10CM,
  'SNOMED CT': SNOMED,
  SNOMED,
  RxNorm: RXNORM,
  LOINC,
};

const triggers = (
  acts: ContextRule['acts'],
  says: ContextValue | undefined,
  phrases: string,
  within?: number,
): readonly ContextRule[] =>
  phrases.split('|').map((phrase) => ({
    phrase: phrase.trim(),
    acts,
    ...(says !== undefined && { says }),
    ...(within !== undefined && { within }),
  }));

/**
 * Triggers, pseudo-triggers and terminations. Kinds and directions as in NegEx (Chapman et al., J Biomed Inform 2001;34:301-310) and
 * ConText (Harkema et al., J Biomed Inform 2009;42:839-851); the words are those that notes use.
 */
export const contextRules: readonly ContextRule[] = [
  // what looks like a trigger and is none
  ...triggers(
    'pseudo',
    undefined,
    'no increase|no increase in|no change|no change in|no significant change|no significant change in|no interval change|no significant interval change|no suspicious change|no definite change|not cause|not certain if|not certain whether|not necessarily|not only|not just|not extend|no further|gram negative|without difficulty|without any further|without further|no longer than|not drain|no more than|not associated with pain relief|not rule out|not ruled out|not been ruled out|not deny|unable to deny|cannot deny|negative pressure|false negative|rh negative|no other|no new complaints|not completely|not entirely|not fully|not improved|not resolved|not well controlled|not relieved|not controlled|no improvement|no improvement in|no relief|no response to|not responding to|not respond to|no pain relief|not at goal|no better|without change|not been much change in|not been any change in|not much change in|not been a change in|negative deflections|negative pressure|negative margins|negative fluid balance|negative inspiratory force|negative balance',
  ),
  ...triggers(
    'pseudo',
    undefined,
    'year old|years old|year old male|year old female|y/o|yo|y.o|months old|month old|day history of|days history of|day history|week history of|weeks history of|hour history of|hours history of|month history of|history and physical|history and physical examination|history taking|history of present illness|history and examination|history, physical|history form|social history|poor history|family physician|family practice|family doctor|family meeting|family member reports|family reports|family states|family notes|family at bedside|mother reports|mother states|mother says|mother notes|mother noticed|mother is concerned|father reports|father states|father says|parents report|parents state|parent reports|wife reports|wife states|wife says|wife noticed|wife found|husband reports|husband states|husband says|husband noticed|son reports|son states|daughter reports|daughter states|according to his wife|according to her husband|according to his mother|according to her mother|according to the mother|according to the wife|according to the family|according to family|per mother|per father|per wife|per husband|per family|per son|per daughter|lives with wife|lives with his wife|lives with husband|lives with her husband|lives with mother|lives with parents|lives with family|lives with son|lives with daughter|brought in by wife|brought in by mother|brought in by family|brought by mother|his wife called|mother brought|as if|if any|what if|even if|see if|for example|for now|for this reason|for the past|for the last|for several|past the|past midnight',
  ),
  // negation, before
  ...triggers(
    'forward',
    'negated',
    "no|none|without|w/o|denies|denied|deny|denying|negative for|is negative for|was negative for|were negative for|are negative for|-ve for|neg for|neg|negative|no evidence of|no evidence for|no evidence|no sign of|no signs of|no signs or symptoms of|no symptoms of|no complaints of|no complaint of|absence of|absent|free of|free from|never|never had|never developed|nor|neither|lack of|lacks|lacked|lacking|fails to reveal|failed to reveal|did not reveal|does not reveal|not demonstrate|did not show|does not show|not show|not appear to have|doesn't have|does not have|do not have|don't have|did not have|didn't have|hasn't had|has not had|have not had|not have|not had|no history of|no hx of|no h/o|no past history of|no prior history of|no known history of|no family history of|no previous|no prior|no longer|not experiencing|not complaining of|not exhibit|no suggestion of|no findings of|no finding of|no findings to indicate|no indication of|no cause of|no further episodes of|no more|rather than|ruled out for|rules out|rule him out for|rules him out for|ruled the patient out for|ruled her out for|excludes|excluded|exclude the presence of|no e/o|no s/s of|no radiographic evidence of|unremarkable for|resolved without|can rule out|r/o'd|with no|ruled out|resolution of",
  ),
  ...triggers(
    'forward',
    'negated',
    "not|didn't|doesn't|isn't|wasn't|hasn't|haven't|cannot see|not see|not feel|not appreciate|not appreciated|without evidence of|without any evidence of|without signs of|without sign of|without any|without history of",
    7,
  ),
  // negation, after
  ...triggers('forward', 'negated', 'non', 1),
  ...triggers(
    'backward',
    'negated',
    'is ruled out|was ruled out|were ruled out|are ruled out|has been ruled out|have been ruled out|now ruled out|being ruled out|ruled out by|ruled out|is excluded|was excluded|has been excluded|was negative|were negative|is negative|negative|are negative|is absent|was absent|are absent|were absent|absent|not present|not seen|not noted|not identified|not found|not detected|not observed|not appreciated|not demonstrated|not visualized|not evident|not palpable|denied|is denied|was denied|is unlikely|are unlikely|seems unlikely|was unlikely|appears unlikely|thought unlikely|unlikely|has not occurred|did not occur|did not recur|never developed|not felt|not elicited|none noted|not recurred|is not present|was not present|free',
    10,
  ),
  ...triggers(
    'backward',
    'negated',
    ': no|: none|: negative|: neg|: denies|: denied|: absent|- no|- none|(-)|= no',
    3,
  ).map((rule) => ({ ...rule, atEnd: true })),
  // possibility, before
  ...triggers(
    'forward',
    'uncertain',
    'possible|possibly|probable|probably|likely|most likely|suspected|suspect|suspicion for|suspicion of|suspicious for|concern for|concerning for|concerned about|concern of|worrisome for|worry for|may have|might have|may represent|might represent|could represent|could be|may be|might be|maybe|perhaps|presumed|presumptive|questionable|question of|rule out|r/o|ro|rule out for|to rule out|not rule out|cannot rule out|can not rule out|cannot exclude|can not exclude|not exclude|not ruled out|not been ruled out|cannot be excluded|evaluate for|evaluation for|evaluation of possible|eval for|assess for|assessment for|workup for|work up for|work-up for|differential includes|differential diagnosis includes|differential|ddx|ddx includes|vs|versus|consistent with possible|suggestive of|suggests|suggesting|suggestive for|appears to have|appears to be|favor|favors|favoring|thought to be|felt to be|felt to be secondary to|considered|consider|equivocal for|indeterminate for|compatible with|cannot be excluded :|potential|potentially|presumably|less likely|high suspicion for|low suspicion for|being ruled out for',
  ),
  ...triggers('forward', 'uncertain', '?', 3),
  // possibility, after
  ...triggers(
    'backward',
    'uncertain',
    'cannot be excluded|can not be excluded|cannot be ruled out|can not be ruled out|could not be excluded|could not be ruled out|not excluded|not been excluded|not ruled out|not been ruled out|is possible|are possible|possible|is suspected|was suspected|suspected|is likely|are likely|is probable|vs|versus|is questionable|is a possibility|is in the differential|is on the differential|to be ruled out|should be ruled out|must be ruled out|needs to be ruled out|is a concern|?',
    8,
  ),
  // the past, before
  ...triggers(
    'forward',
    'historical',
    'history of|history significant for|history notable for|history includes|history included|history is significant for|history is notable for|history positive for|history is positive for|medical history is positive for|past medical history is positive for|past medical history positive for|past medical history notable for|past medical history is notable for|past medical history|medical history of|medical history significant for|hx of|hx|h/o|ho|past history of|past medical history of|past medical history significant for|past medical history is significant for|past medical history includes|prior history of|known history of|pmh of|pmh significant for|pmhx of|previous history of|remote history of|history',
  ),
  ...triggers(
    'forward',
    'historical',
    's/p|status post|prior|previous|previously|previously had|prior episode of|previous episode of|remote|old|childhood|in the past|last admission|previous admission|prior admission|past|former|formerly|resolved :|resolved|healed|recovered from',
    6,
  ),
  ...triggers(
    'forward',
    'historical',
    'no history of|no family history of|no hx of|no h/o|no past history of|no prior history of|no known history of|without history of',
  ),
  ...triggers('forward', 'historical', 'baseline', 3),
  // the past, after
  ...triggers(
    'backward',
    'historical',
    'in the past|has resolved|have resolved|had resolved|resolved|now resolved|is resolved|years ago|year ago|yrs ago|months ago|as a child|in childhood|in his youth|in her youth|previously|on a prior admission|last year|in remission',
    8,
  ),
  ...triggers('backward', 'historical', 'history', 1),
  // what is not, or not yet
  ...triggers(
    'forward',
    'hypothetical',
    'if|return if|return for|return immediately for|return immediately if|return sooner for|return sooner if|go to the ed for|go to the er for|come to the ed for|return to the emergency department for|return to the ed for|return to ed for|come back if|come back for|call if|call for|call with|call the office for|call 911 for|notify for|should he|should she|should you|should the patient|should he develop|should she develop|should there be|in case of|in the event of|as needed for|prn|monitor for|monitoring for|watch for|watch out for|observe for|monitored for|risk of|risks of|at risk for|risk for|high risk for|increased risk of|risk factors for|risk factor for|risks including|prophylaxis for|prevention of|prevent|to prevent|prophylactically for|screening for|screen for|screened for|test for|testing for|tested for|vaccination for|vaccine for|immunization for|precautions for|seek care for|seek medical attention for|report any|instructed to return for|instructed to call for|goal|target|keep|maintain|titrate to|titrate for|to keep|hold for|hold if|unless|until|avoid|discussed the possibility of|counseled on|counseled about|educated on|education on|education about|fear of|afraid of',
  ),
  ...triggers(
    'backward',
    'hypothetical',
    'prophylaxis|ppx|precautions|screening|prevention|protocol|risk|vaccine|vaccination|shot|clinic|education|counseling|goal',
    2,
  ),
  // someone else, before
  ...triggers(
    'forward',
    'family',
    'family history of|family history significant for|family history includes|family history positive for|family hx of|fh of|fhx of|mother|mother with|mother has|mother had|father|father with|brother|sister|son|daughter|aunt|uncle|grandmother|grandfather|grandparent|grandparents|cousin|sibling|siblings|parents|parent|maternal|paternal|maternal aunt|paternal aunt|wife has|wife had|husband has|husband had|niece|nephew|family members with|family member with|mom|dad|family history|no family history of',
  ),
  ...triggers(
    'backward',
    'family',
    'in father|in mother|in brother|in sister|in his father|in his mother|in her father|in her mother|in family|in the family|in aunt|in uncle|in grandmother|in grandfather|runs in the family|in maternal|in paternal|in his brother|in her sister|in her brother|in his sister|in siblings|in both parents|(mother|(father|(brother|(sister|(grandmother|(grandfather|(aunt|(uncle|: mother|: father|: brother|: sister',
    6,
  ),
  ...triggers(
    'forward',
    'other',
    'roommate|roommate has|roommate had|neighbor|friend has|friend had|friend|coworker|coworkers|donor|donor had|donor with|partner has|boyfriend has|girlfriend has|classmate|caregiver has|wife|husband|partner',
  ),
  // what ends them
  ...triggers(
    'terminate',
    undefined,
    'but|however|although|though|yet|nevertheless|nonetheless|except|except for|apart from|aside from|other than|still|presents with|presented with|presenting with|presents for|presents|presented|complains of|complained of|complaining of|c/o|reports|reported|endorses|endorsed|admits to|admits|noted to have|found to have|was found to have|now with|now has|who presents|who presented|developed|develops|diagnosed with|because|since|secondary to|due to|as a cause of|source of|cause of|etiology of|reason for|which|positive for|+ve for|pos for|+|remarkable for|significant for|notable for',
  ),
  ...triggers(
    'terminate',
    'negated',
    'has|had|have|is present|are present|yes|there is|there are|shows|showed|reveals|revealed|demonstrates|demonstrated|status post|s/p|treated with|given|received|continue|continues|started|he does have|she does have|does have|he has|she has|patient has|he is|she is|pt has',
  ),
  ...triggers(
    'terminate',
    'historical',
    'now|currently|today|who|showed|shows|revealed|demonstrated|presents|complains of|reports|this admission|on admission|new|has|denies|no',
  ),
  ...triggers('terminate', 'hypothetical', 'currently|today|now|he has|she has|with goal|on'),
  ...triggers('terminate', 'uncertain', 'started on|treated with|and has|known|has|found|positive for'),
  ...triggers('terminate', 'family', 'patient|the patient|pt|he|she|his|her|patient has'),
  ...triggers('terminate', 'other', 'patient|the patient|pt|he|she'),
];
