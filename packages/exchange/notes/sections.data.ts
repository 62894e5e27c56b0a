import type { ContextValue } from './rules.ts';

/** Kinds of section of a clinical note. */
export type SectionKind =
  | 'allergies'
  | 'assessment'
  | 'complaint'
  | 'course'
  | 'exam'
  | 'family'
  | 'history'
  | 'imaging'
  | 'instructions'
  | 'labs'
  | 'medications'
  | 'past'
  | 'plan'
  | 'procedure'
  | 'review'
  | 'social'
  | 'surgical'
  | 'vitals'
  | 'unknown';

/** Headers of a section, and what they alone say of the findings in it. */
export interface SectionRule {
  readonly kind: SectionKind;
  readonly headers: readonly string[];
  readonly says?: ContextValue;
}

/** Headers by which sections of notes are known, after the kinds of SecTag (Denny 2009). */
export const sections: readonly SectionRule[] = [
  {
    kind: 'complaint',
    headers: [
      'chief complaint',
      'cc',
      'presenting complaint',
      'reason for visit',
      'reason for admission',
      'reason for consultation',
      'chief complaints',
    ],
  },
  {
    kind: 'history',
    headers: [
      'history of present illness',
      'history of the present illness',
      'history of presenting complaint',
      'hpi',
      'present illness',
      'interval history',
      'subjective',
      'history',
      'clinical history',
      'events',
      'interval events',
      'hospital presentation',
    ],
  },
  {
    kind: 'past',
    headers: [
      'past medical history',
      'past medical and surgical history',
      'past history',
      'pmh',
      'pmhx',
      'medical history',
      'pmh psh',
      'past medical history significant for',
      'other past medical history',
      'medical problems',
      'chronic problems',
      'pertinent past medical history',
    ],
    says: 'historical',
  },
  { kind: 'surgical', headers: ['past surgical history', 'psh', 'surgical history', 'pshx'], says: 'historical' },
  {
    kind: 'family',
    headers: ['family history', 'fh', 'fhx', 'family medical history', 'fam hx', 'family hx'],
    says: 'family',
  },
  { kind: 'social', headers: ['social history', 'sh', 'shx', 'social hx', 'habits'] },
  {
    kind: 'medications',
    headers: [
      'medications',
      'current medications',
      'home medications',
      'outpatient medications',
      'meds',
      'home meds',
      'current meds',
      'medication list',
      'discharge medications',
      'medications on admission',
      'admission medications',
      'medications on discharge',
      'medications at home',
      'inpatient medications',
      'medications prior to admission',
      'prescriptions',
      'rx',
    ],
  },
  {
    kind: 'allergies',
    headers: [
      'allergies',
      'allergy',
      'drug allergies',
      'adverse reactions',
      'allergies and adverse reactions',
      'medication allergies',
      'all',
      'allergies to medications',
    ],
  },
  { kind: 'review', headers: ['review of systems', 'ros', 'systems review', 'review of symptoms'] },
  {
    kind: 'exam',
    headers: [
      'physical exam',
      'physical examination',
      'examination',
      'exam',
      'pe',
      'objective',
      'on examination',
      'admission exam',
      'discharge exam',
    ],
  },
  { kind: 'vitals', headers: ['vital signs', 'vitals', 'vs', 'obs', 'observations', 'vital signs on admission'] },
  {
    kind: 'labs',
    headers: [
      'labs',
      'laboratory',
      'laboratory data',
      'laboratory results',
      'lab results',
      'pertinent results',
      'results',
      'laboratories',
      'lab data',
      'laboratory studies',
      'pertinent labs',
      'data',
      'bmp',
      'cmp',
      'cbc',
      'investigations',
    ],
  },
  {
    kind: 'imaging',
    headers: [
      'imaging',
      'radiology',
      'findings',
      'impression of imaging',
      'studies',
      'chest x ray',
      'cxr',
      'ekg',
      'ecg',
    ],
  },
  {
    kind: 'procedure',
    headers: [
      'procedure',
      'procedures',
      'major surgical or invasive procedure',
      'operations and procedures',
      'operation',
      'surgical procedures',
    ],
  },
  {
    kind: 'course',
    headers: [
      'hospital course',
      'brief hospital course',
      'ed course',
      'course in hospital',
      'emergency department course',
      'hospital course by problem',
    ],
  },
  {
    kind: 'assessment',
    headers: [
      'assessment',
      'impression',
      'assessment and plan',
      'a p',
      'a / p',
      'a & p',
      'diagnosis',
      'diagnoses',
      'discharge diagnosis',
      'discharge diagnoses',
      'final diagnosis',
      'primary diagnosis',
      'principal diagnosis',
      'admission diagnosis',
      'problem list',
      'active problems',
      'conclusion',
      'postoperative diagnosis',
      'preoperative diagnosis',
      'secondary diagnoses',
      'plan and assessment',
    ],
  },
  { kind: 'plan', headers: ['plan', 'recommendations', 'plans', 'treatment plan', 'disposition'] },
  {
    kind: 'instructions',
    headers: [
      'discharge instructions',
      'patient instructions',
      'instructions',
      'return precautions',
      'precautions',
      'followup instructions',
      'follow up instructions',
      'patient education',
      'education',
    ],
    says: 'hypothetical',
  },
];
