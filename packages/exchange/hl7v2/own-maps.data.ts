import type { MapRow } from './segment-map.ts';

/** Rows of the door's own beside the official ones. */
export interface OwnMap {
  /** Fields whose official rows these stand in place of. */
  readonly replaces?: readonly number[];
  readonly rows: readonly MapRow[];
}

const CONTACT = 'http://terminology.hl7.org/CodeSystem/v3-ParticipationType';
const EXTENSION = 'http://hl7.org/fhir/StructureDefinition';

const dose: readonly MapRow[] = [
  [3, 'dosageInstruction.doseAndRate.doseQuantity.value', '', '', '', '!RXE-4?'],
  [3, 'dosageInstruction.doseAndRate.doseRange.low.value', '', '', '', 'RXE-4?'],
  [4, 'dosageInstruction.doseAndRate.doseRange.high.value'],
  [5, 'dosageInstruction.doseAndRate.doseQuantity', 'CWE[Quantity]', '', '', '!RXE-4?'],
  [5, 'dosageInstruction.doseAndRate.doseRange.low', 'CWE[Quantity]', '', '', 'RXE-4?'],
  [5, 'dosageInstruction.doseAndRate.doseRange.high', 'CWE[Quantity]', '', '', 'RXE-4?'],
];

/**
 * Maps for segments that the official ones leave out (RXE, RXD, GT1, FT1, PRB, GOL, RF1, PRD), and rows in place of official
 * ones that are prose, contradict one another, or make resources that R4 does not allow.
 */
export const ownMaps: Readonly<Record<string, OwnMap>> = {
  'PID[Patient]': { replaces: [12, 21], rows: [[12, 'address[1].district', '', '', '', '!PID-11.9?']] },
  'PV1[Encounter]': {
    replaces: [2, 8, 37, 42, 45, 53, 54],
    rows: [
      [2, 'class', 'CWE[Coding]', 'PatientClass[EncounterClass]'],
      [8, 'participant[2].individual(Practitioner)', 'XCN[Practitioner]'],
      [8, 'participant[2].type.coding.code', '', '', 'REF'],
      [8, 'participant[2].type.coding.system', '', '', CONTACT],
      [8, 'participant[2].type.text', '', '', 'referrer'],
      [37, 'hospitalization.destination(Location)', 'DLD[Location]'],
      [42, 'location[4].location(Location)', 'PL[Location]'],
      [42, 'location[4].status', '', '', 'reserved'],
      [45, 'period.end'],
    ],
  },
  'PV2[Encounter]': {
    replaces: [9, 12, 22, 38],
    rows: [
      [9, 'extension[2].url', '', '', 'http://hl7.org/fhir/5.0/StructureDefinition/extension-Encounter.plannedEndDate'],
      [9, 'extension[2].valueDateTime'],
      [38, 'extension[3].url', '', '', `${EXTENSION}/encounter-modeOfArrival`],
      [38, 'extension[3].valueCoding', 'CWE[Coding]', 'ModeOfArrivalCode'],
    ],
  },
  'IAM[AllergyIntolerance]': {
    replaces: [5, 14, 15, 17],
    rows: [[5, 'reaction.manifestation', 'CWE[CodeableConcept]']],
  },
  'DG1[Condition]': {
    replaces: [19, 21, 22],
    rows: [
      [0, 'category.coding.code', '', '', 'encounter-diagnosis'],
      [0, 'category.coding.system', '', '', 'http://terminology.hl7.org/CodeSystem/condition-category'],
      [6, 'verificationStatus', 'CWE[CodeableConcept]', 'DiagnosisVerification', '', '!DG1-21=D'],
      [19, 'recordedDate'],
      [21, 'verificationStatus.coding.code', '', '', 'entered-in-error', 'DG1-21=D'],
      [
        21,
        'verificationStatus.coding.system',
        '',
        '',
        'http://terminology.hl7.org/CodeSystem/condition-ver-status',
        'DG1-21=D',
      ],
    ],
  },
  'DG1[Encounter]': { replaces: [3, 4, 5, 16, 19, 20, 21, 22], rows: [] },
  'PR1[Procedure]': {
    replaces: [5, 7, 16, 25],
    rows: [
      [0, 'status', '', '', 'completed'],
      [5, 'performedDateTime'],
      [20, 'status', '', '', 'entered-in-error', 'PR1-20=D'],
    ],
  },
  'OBR[Specimen]': {
    replaces: [2, 7, 8, 13, 15, 39],
    rows: [
      [7, 'collection.collectedDateTime', '', '', '', '!OBR-8?'],
      [7, 'collection.collectedPeriod.start', '', '', '', 'OBR-8?'],
      [8, 'collection.collectedPeriod.end'],
      [15, 'type', 'SPS[CodeableConcept]'],
    ],
  },
  'OBR[ServiceRequest]': {
    replaces: [11, 17, 27],
    rows: [
      [11, 'intent', '', '', 'reflex-order', 'OBR-11=G'],
      [27, '$this', 'TQ[ServiceRequest]', '', '', '!ORC-7?'],
    ],
  },
  'OBX[Observation]': {
    replaces: [4, 5, 6, 10, 15, 16, 19, 29, 30, 33],
    rows: [
      [10, 'extension[4].url', '', '', `${EXTENSION}/observation-nature-of-abnormal-test`],
      [10, 'extension[4].valueCodeableConcept', 'CWE[CodeableConcept]', 'NatureOfAbnormalTesting'],
      [15, 'performer[4](Organization)', 'CWE[Organization]'],
      [16, 'performer[1](PractitionerRole.practitioner(Practitioner))', 'XCN[Practitioner]'],
      [16, 'performer[1](PractitionerRole.code.coding.code)', '', '', 'RO'],
      [
        16,
        'performer[1](PractitionerRole.code.coding.system)',
        '',
        '',
        'http://terminology.hl7.org/CodeSystem/v2-0443',
      ],
      [19, 'extension[5].url', '', '', `${EXTENSION}/observation-analysis-date-time`],
      [19, 'extension[5].valueDateTime'],
    ],
  },
  'ORC[ServiceRequest]': {
    replaces: [2, 3, 4, 9, 14, 16],
    rows: [
      [2, 'identifier[1]', 'EI[Identifier-Extension]'],
      [2, 'identifier[1].type.coding.code', '', '', 'PLAC'],
      [2, 'identifier[1].type.coding.system', '', '', 'http://terminology.hl7.org/CodeSystem/v2-0203'],
      [3, 'identifier[2]', 'EI[Identifier-Extension]'],
      [3, 'identifier[2].type.coding.code', '', '', 'FILL'],
      [3, 'identifier[2].type.coding.system', '', '', 'http://terminology.hl7.org/CodeSystem/v2-0203'],
      [4, 'requisition', 'EI[Identifier-Extension]'],
      [9, 'authoredOn', '', '', '', 'ORC-1=NW'],
      [9, 'extension[1].extension[2].url', '', '', 'date', 'ORC-1?'],
      [9, 'extension[1].extension[2].valueDateTime', '', '', '', 'ORC-1?'],
      [14, 'extension[6].url', '', '', `${EXTENSION}/servicerequest-order-callback-phone-number`],
      [14, 'extension[6].valueContactPoint', 'XTN[ContactPoint]'],
      [16, 'extension[7].url', '', '', `${EXTENSION}/request-statusReason`],
      [16, 'extension[7].valueCodeableConcept', 'CWE[CodeableConcept]'],
    ],
  },
  'ORC[MedicationRequest]': {
    rows: [
      [1, 'status', '', 'OrderControlCode[MedicationRequest.status]', '', '!ORC-5?'],
      [2, 'identifier[1]', 'EI[Identifier-Extension]'],
      [2, 'identifier[1].type.coding.code', '', '', 'PLAC'],
      [2, 'identifier[1].type.coding.system', '', '', 'http://terminology.hl7.org/CodeSystem/v2-0203'],
      [3, 'identifier[2]', 'EI[Identifier-Extension]'],
      [3, 'identifier[2].type.coding.code', '', '', 'FILL'],
      [3, 'identifier[2].type.coding.system', '', '', 'http://terminology.hl7.org/CodeSystem/v2-0203'],
      [4, 'groupIdentifier', 'EI[Identifier-Extension]'],
      [5, 'status', '', 'OrderStatus[MedicationRequest]'],
      [9, 'authoredOn'],
      [10, 'recorder(Practitioner)', 'XCN[Practitioner]'],
      [12, 'requester(Practitioner)', 'XCN[Practitioner]'],
      [16, 'statusReason', 'CWE[CodeableConcept]'],
    ],
  },
  'ORC[MedicationAdministration]': { replaces: [1], rows: [] },
  'ORC[MedicationDispense]': {
    rows: [
      [2, 'identifier[1]', 'EI[Identifier-Extension]'],
      [2, 'identifier[1].type.coding.code', '', '', 'PLAC'],
      [2, 'identifier[1].type.coding.system', '', '', 'http://terminology.hl7.org/CodeSystem/v2-0203'],
      [3, 'identifier[2]', 'EI[Identifier-Extension]'],
      [3, 'identifier[2].type.coding.code', '', '', 'FILL'],
      [3, 'identifier[2].type.coding.system', '', '', 'http://terminology.hl7.org/CodeSystem/v2-0203'],
    ],
  },
  'RXO[MedicationRequest]': {
    replaces: [0, 1, 2, 3, 4, 5, 18, 19, 25, 26],
    rows: [
      [1, 'medicationCodeableConcept', 'CWE[CodeableConcept]', '', '', '!RXE-2?'],
      [2, 'dosageInstruction.doseAndRate.doseQuantity.value', '', '', '', '!RXO-3?&!RXE-3?'],
      [2, 'dosageInstruction.doseAndRate.doseRange.low.value', '', '', '', 'RXO-3?&!RXE-3?'],
      [3, 'dosageInstruction.doseAndRate.doseRange.high.value', '', '', '', '!RXE-3?'],
      [4, 'dosageInstruction.doseAndRate.doseQuantity', 'CWE[Quantity]', '', '', '!RXO-3?&!RXE-3?'],
      [4, 'dosageInstruction.doseAndRate.doseRange.low', 'CWE[Quantity]', '', '', 'RXO-3?&!RXE-3?'],
      [4, 'dosageInstruction.doseAndRate.doseRange.high', 'CWE[Quantity]', '', '', 'RXO-3?&!RXE-3?'],
      [6, 'note.text', 'CWE[string]'],
      [7, 'dosageInstruction.text', 'CWE[string]'],
    ],
  },
  'RXE[MedicationRequest]': {
    rows: [
      [1, '$this', 'TQ[MedicationRequest]'],
      [2, 'medicationCodeableConcept', 'CWE[CodeableConcept]'],
      ...dose,
      [7, 'dosageInstruction.patientInstruction', 'CWE[string]'],
      [9, 'substitution.allowedCodeableConcept', 'ID[CodeableConcept]', 'AllowSubstitution'],
      [10, 'dispenseRequest.quantity.value'],
      [11, 'dispenseRequest.quantity', 'CWE[Quantity]'],
      [12, 'dispenseRequest.numberOfRepeatsAllowed'],
      [13, 'requester(Practitioner)', 'XCN[Practitioner]', '', '', '!ORC-12?'],
      [15, 'identifier[3].value'],
      [19, 'dosageInstruction.maxDosePerPeriod.numerator', 'CQ[Quantity]'],
      [19, 'dosageInstruction.maxDosePerPeriod.denominator.value', '', '', '1'],
      [19, 'dosageInstruction.maxDosePerPeriod.denominator.unit', '', '', 'd'],
      [21, 'dosageInstruction.additionalInstruction', 'CWE[CodeableConcept]'],
      [23, 'dosageInstruction.doseAndRate.rateQuantity.value'],
      [24, 'dosageInstruction.doseAndRate.rateQuantity', 'CWE[Quantity]'],
      [27, 'reasonCode', 'CWE[CodeableConcept]'],
    ],
  },
  'RXD[MedicationDispense]': {
    rows: [
      [0, 'status', '', '', 'completed'],
      [2, 'medicationCodeableConcept', 'CWE[CodeableConcept]'],
      [3, 'whenHandedOver'],
      [4, 'quantity.value'],
      [5, 'quantity', 'CWE[Quantity]'],
      [7, 'identifier[3].value'],
      [9, 'note.text'],
      [10, 'performer.actor(Practitioner)', 'XCN[Practitioner]'],
      [15, 'dosageInstruction.text', 'CWE[string]'],
    ],
  },
  'RXR[MedicationAdministration]': {
    rows: [
      [1, 'dosage.route', 'CWE[CodeableConcept]', 'RouteOfAdministration'],
      [2, 'dosage.site', 'CWE[CodeableConcept]', 'BodyParts'],
      [4, 'dosage.method', 'CWE[CodeableConcept]', 'AdministrationMethod'],
    ],
  },
  'RXR[MedicationDispense]': {
    rows: [
      [1, 'dosageInstruction.route', 'CWE[CodeableConcept]', 'RouteOfAdministration'],
      [2, 'dosageInstruction.site', 'CWE[CodeableConcept]', 'BodyParts'],
      [4, 'dosageInstruction.method', 'CWE[CodeableConcept]', 'AdministrationMethod'],
    ],
  },
  'RXA[Immunization]': {
    replaces: [6, 20],
    rows: [
      [6, 'doseQuantity.value', '', '', '', '!RXA-6=999,0'],
      [9, 'primarySource', '', 'ImmunizationSource'],
      [11, 'location(Location)', 'PL[Location]', '', '', '!RXA-27?'],
      [20, 'status', '', 'CompletionStatus', '', '!RXA-21=D'],
    ],
  },
  'RXA[MedicationAdministration]': {
    rows: [
      [0, 'status', '', '', 'completed'],
      [3, 'effectiveDateTime', '', '', '', '!RXA-4?'],
      [3, 'effectivePeriod.start', '', '', '', 'RXA-4?'],
      [4, 'effectivePeriod.end'],
      [5, 'medicationCodeableConcept', 'CWE[CodeableConcept]'],
      [6, 'dosage.dose.value', '', '', '', '!RXA-6=999'],
      [7, 'dosage.dose', 'CWE[Quantity]'],
      [9, 'note.text', 'CWE[string]'],
      [10, 'performer.actor(Practitioner)', 'XCN[Practitioner]'],
      [12, 'dosage.rateQuantity', 'CWE[Quantity]'],
      [18, 'statusReason', 'CWE[CodeableConcept]'],
      [19, 'reasonCode', 'CWE[CodeableConcept]'],
      [20, 'status', '', 'CompletionStatus[MedicationAdministration]', '', '!RXA-21=D'],
      [21, 'status', '', '', 'entered-in-error', 'RXA-21=D'],
    ],
  },
  'TQ1[MedicationRequest]': {
    replaces: [4, 5, 6, 11, 13, 14],
    rows: [[4, 'dosageInstruction.timing.repeat.timeOfDay']],
  },
  'TQ1[ServiceRequest]': { replaces: [5, 6, 13, 14], rows: [] },
  'SCH[Appointment]': {
    replaces: [7, 8, 9, 12, 16, 20, 26, 27],
    rows: [
      [7, 'reasonCode', 'CWE[CodeableConcept]', 'AppointmentReasonCodes'],
      [8, 'appointmentType', 'CWE[CodeableConcept]', 'AppointmentTypeCodes'],
      [9, 'minutesDuration', '', '', '', 'SCH-10=MIN,min,M,m,minutes,MINUTES'],
      [12, 'participant[1].actor(Practitioner)', 'XCN[Practitioner]'],
      [16, 'participant[2].actor(Practitioner)', 'XCN[Practitioner]'],
      [20, 'participant[3].actor(Practitioner)', 'XCN[Practitioner]'],
    ],
  },
  'AIS[Appointment]': {
    replaces: [4, 5, 7, 10],
    rows: [
      [4, 'start', '', '', '', '!SCH-11.4?'],
      [7, 'minutesDuration', '', '', '', 'AIS-8=MIN,min,M,m,minutes,MINUTES&!SCH-9?'],
      [10, 'status', '', 'FillerStatusCodes[Appointment]', '', '!SCH-25?'],
    ],
  },
  'AIG[Appointment]': { replaces: [9, 11], rows: [[3, 'participant.actor.display', 'CWE[string]']] },
  'AIL[Appointment]': {
    replaces: [3, 7, 9],
    rows: [
      [3, 'participant.actor(Location)', 'PL[Location]'],
      [4, 'participant.type', 'CWE[CodeableConcept]'],
    ],
  },
  'AIP[Appointment]': {
    replaces: [3, 7, 9, 12],
    rows: [
      [3, 'participant.actor(Practitioner)', 'XCN[Practitioner]'],
      [12, 'participant.status', '', 'ParticipantStatus'],
    ],
  },
  'TXA[DocumentReference]': {
    replaces: [3, 17],
    rows: [
      [3, 'content.attachment.contentType', '', 'ContentType'],
      [4, 'context.period.start'],
      [17, 'docStatus', '', 'DocumentCompletionStatus'],
    ],
  },
  'SPM[Specimen]': {
    replaces: [31, 32],
    rows: [
      [31, 'identifier[4]', 'CX[Identifier]'],
      [32, 'identifier[5]', 'EI[Identifier-Extension]'],
    ],
  },
  'IN1[Coverage]': {
    replaces: [10, 16, 49],
    rows: [
      [0, 'status', '', '', 'active'],
      [3, 'payor[1](Organization.identifier)', 'CX[Identifier]'],
      [8, 'class[1].value'],
      [8, 'class[1].type.coding.code', '', '', 'group'],
      [8, 'class[1].type.coding.system', '', '', 'http://terminology.hl7.org/CodeSystem/coverage-class'],
      [9, 'class[1].name', 'XON[string]', '', '', 'IN1-8?'],
      [10, 'policyHolder(Organization.identifier)', 'CX[Identifier]'],
      [16, 'subscriber(RelatedPerson)', 'XPN[RelatedPerson]', '', '', '!IN1-17=SEL,01,18,patient'],
      [36, 'subscriberId'],
      [49, 'identifier[2]', 'CX[Identifier]'],
    ],
  },
  'GT1[RelatedPerson]': {
    rows: [
      [0, 'relationship[1].coding.code', '', '', 'GUAR'],
      [0, 'relationship[1].coding.system', '', '', 'http://terminology.hl7.org/CodeSystem/v3-RoleClass'],
      [2, 'identifier[1]', 'CX[Identifier]'],
      [3, 'name[1]', 'XPN[HumanName]'],
      [5, 'address[1]', 'XAD[Address]'],
      [6, 'telecom[1]', 'XTN[ContactPoint]'],
      [7, 'telecom[2]', 'XTN[ContactPoint]'],
      [7, 'telecom[2].use', '', '', 'work'],
      [8, 'birthDate'],
      [9, 'gender', '', 'AdministrativeSex'],
      [11, 'relationship[2]', 'CWE[CodeableConcept]', 'Relationship'],
      [13, 'period.start'],
      [14, 'period.end'],
      [36, 'communication.language', 'CWE[CodeableConcept]', 'PrimaryLanguage'],
    ],
  },
  'FT1[ChargeItem]': {
    rows: [
      [0, 'status', '', '', 'billable'],
      [2, 'identifier.value'],
      [4, 'occurrenceDateTime', 'DR[dateTime]', '', '', '!FT1-4.2?'],
      [4, 'occurrencePeriod', 'DR[Period]', '', '', 'FT1-4.2?'],
      [5, 'enteredDate'],
      [7, 'code', 'CWE[CodeableConcept]'],
      [10, 'quantity.value'],
      [12, 'priceOverride', 'CP[Money]'],
      [19, 'reason', 'CWE[CodeableConcept]'],
      [20, 'performer[1].actor(Practitioner)', 'XCN[Practitioner]'],
      [24, 'enterer(Practitioner)', 'XCN[Practitioner]'],
      [25, 'code', 'CNE[CodeableConcept]', '', '', '!FT1-7?'],
    ],
  },
  'PRB[Condition]': {
    rows: [
      [0, 'category.coding.code', '', '', 'problem-list-item'],
      [0, 'category.coding.system', '', '', 'http://terminology.hl7.org/CodeSystem/condition-category'],
      [1, 'verificationStatus.coding.code', '', '', 'entered-in-error', 'PRB-1=DE'],
      [
        1,
        'verificationStatus.coding.system',
        '',
        '',
        'http://terminology.hl7.org/CodeSystem/condition-ver-status',
        'PRB-1=DE',
      ],
      [2, 'recordedDate'],
      [3, 'code', 'CWE[CodeableConcept]'],
      [4, 'identifier', 'EI[Identifier-Extension]'],
      [9, 'abatementDateTime'],
      [13, 'verificationStatus', 'CWE[CodeableConcept]', 'ProblemVerification', '', '!PRB-1=DE'],
      [14, 'clinicalStatus', 'CWE[CodeableConcept]', 'ProblemLifeCycle'],
      [16, 'onsetDateTime'],
      [26, 'severity', 'CWE[CodeableConcept]'],
    ],
  },
  'GOL[Goal]': {
    rows: [
      [1, 'lifecycleStatus', '', 'GoalAction'],
      [3, 'description', 'CWE[CodeableConcept]'],
      [4, 'identifier', 'EI[Identifier-Extension]'],
      [7, 'startDate'],
      [18, 'achievementStatus', 'CWE[CodeableConcept]'],
    ],
  },
  'RF1[ServiceRequest]': {
    rows: [
      [0, 'intent', '', '', 'order'],
      [1, 'status', '', 'ReferralStatus'],
      [2, 'priority', '', 'ExtendedPriorityCodes'],
      [3, 'code', 'CWE[CodeableConcept]'],
      [4, 'orderDetail', 'CWE[CodeableConcept]'],
      [5, 'category', 'CWE[CodeableConcept]'],
      [6, 'identifier[1]', 'EI[Identifier-Extension]'],
      [7, 'occurrencePeriod.start'],
      [8, 'occurrencePeriod.end'],
      [9, 'authoredOn'],
      [10, 'reasonCode', 'CWE[CodeableConcept]'],
      [11, 'identifier[2]', 'EI[Identifier-Extension]'],
    ],
  },
  'PRD[Practitioner]': {
    rows: [
      [2, 'name', 'XPN[HumanName]'],
      [3, 'address', 'XAD[Address]'],
      [5, 'telecom', 'XTN[ContactPoint]'],
      [7, 'identifier', 'PLN[Identifier]'],
    ],
  },
  'ROL[Encounter-PractitionerRole]': {
    replaces: [1, 14],
    rows: [
      [1, 'participant[1].individual(PractitionerRole.identifier)', 'EI[Identifier-Extension]'],
      [14, 'participant[1].individual(PractitionerRole.organization(Organization))', 'XON[Organization]'],
    ],
  },
  'SFT[Device]': { replaces: [6], rows: [] },
};
