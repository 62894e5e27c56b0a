import { ICD10CM } from './context.data.ts';
import type { LexiconEntry } from './rules.ts';

/**
 * Findings and diagnoses with their ICD-10-CM code (public domain, CDC/NCHS). One a line: `code; name; other spellings; spellings meant
 * only exactly so`, spellings apart by commas; a dash for what has no code, there so that no shorter name is found in it. A small set that covers what the twins and common notes name: users add their own.
 */
const ROWS = `
R50.9; fever; fevers, febrile, afebrile, pyrexia, febrile illness;
R68.83; chills; chill, rigors, rigor;
R07.9; chest pain; chest pains, chest discomfort, cp, chest tightness, chest pressure;
R06.02; shortness of breath; sob, breathlessness, short of breath;
R06.00; dyspnea; dyspnoea, dyspneic, difficulty breathing;
R05.9; cough; coughing, coughs, nonproductive cough, productive cough, dry cough;
R04.2; hemoptysis; haemoptysis, coughing up blood;
R06.2; wheezing; wheeze, wheezes, wheezy;
R09.89; crackles; rales, crepitations;
R11.0; nausea; nauseated, nauseous;
R11.10; vomiting; emesis, vomits, vomited;
R11.2; nausea and vomiting; n/v, nausea/vomiting, n&v;
R19.7; diarrhea; diarrhoea, loose stools;
K59.00; constipation; constipated;
R10.9; abdominal pain; abd pain, stomach pain, belly pain, abdominal discomfort;
R51.9; headache; headaches, cephalgia; HA
R42; dizziness; dizzy, lightheadedness, lightheaded, light headedness, vertigo;
R55; syncope; syncopal episode, fainting, fainted, passed out, loss of consciousness;
R00.2; palpitations; palpitation;
R60.9; edema; oedema, swelling, edematous;
R60.0; leg swelling; lower extremity edema, leg edema, pedal edema, peripheral edema, ankle swelling, lower extremity swelling, le edema, ankle edema;
R21; rash; rashes, skin rash, exanthem;
L29.9; pruritus; itching, itchy;
R53.83; fatigue; tiredness, malaise, tired;
R53.1; weakness; generalized weakness, weak;
R63.4; weight loss; unintentional weight loss;
R63.5; weight gain; ;
R61; night sweats; diaphoresis, sweats, diaphoretic, sweating;
M54.9; back pain; backache;
M54.50; low back pain; lower back pain, lumbago;
M54.2; neck pain; ;
M25.50; joint pain; arthralgia, arthralgias, joint pains;
M25.559; hip pain; ;
M25.569; knee pain; ;
M79.10; myalgia; myalgias, muscle pain, muscle aches, body aches;
R52; pain; ;
R30.0; dysuria; painful urination, burning with urination, burning on urination;
R31.9; hematuria; haematuria, blood in urine;
R35.0; urinary frequency; ;
R33.9; urinary retention; ;
R32; urinary incontinence; incontinence;
R34; oliguria; anuria;
K92.1; melena; black stools, tarry stools, melaena;
K92.0; hematemesis; haematemesis, vomiting blood;
K62.5; hematochezia; rectal bleeding, bright red blood per rectum, brbpr;
K92.2; gastrointestinal bleeding; gi bleed, gi bleeding, gastrointestinal hemorrhage, gib;
R58; bleeding; hemorrhage, haemorrhage, bleed;
R56.9; seizure; seizures, convulsion, convulsions;
G40.909; epilepsy; seizure disorder;
R41.0; confusion; confused, disorientation, disoriented;
R41.82; altered mental status; ams, change in mental status, mental status change;
R40.20; coma; comatose;
R44.3; hallucinations; hallucination;
R45.851; suicidal ideation; suicidal thoughts, suicidal; SI
R20.2; paresthesia; numbness, tingling, paresthesias, numbness and tingling;
R47.81; slurred speech; dysarthria;
R13.10; dysphagia; difficulty swallowing, trouble swallowing;
J02.9; sore throat; pharyngitis, throat pain;
R09.81; nasal congestion; congestion, stuffy nose;
J34.89; rhinorrhea; runny nose, rhinorrhoea;
H53.9; blurred vision; blurry vision, vision changes, visual changes, visual disturbance;
H92.09; ear pain; otalgia, earache;
R17; jaundice; jaundiced, icterus, scleral icterus;
R18.8; ascites; ;
R16.0; hepatomegaly; ;
R16.1; splenomegaly; ;
R16.2; hepatosplenomegaly; hsm;
R59.9; lymphadenopathy; adenopathy, swollen lymph nodes;
R23.0; cyanosis; cyanotic;
R68.3; clubbing; ;
R01.1; heart murmur; murmur, murmurs, systolic murmur, diastolic murmur, cardiac murmur;
R00.0; tachycardia; tachycardic, sinus tachycardia;
R00.1; bradycardia; bradycardic, sinus bradycardia;
R06.82; tachypnea; tachypneic, tachypnoea;
R09.02; hypoxia; hypoxemia, hypoxic, hypoxemic, desaturation;
I95.9; hypotension; hypotensive, low blood pressure;
I10; hypertension; hypertensive, high blood pressure; HTN, htn
E11.9; type 2 diabetes mellitus; type 2 diabetes, type ii diabetes, type ii diabetes mellitus, dm2, t2dm, diabetes mellitus type 2, dm type 2, niddm, type 2 dm, dmii, diabetes mellitus type ii;
E10.9; type 1 diabetes mellitus; type 1 diabetes, type i diabetes, t1dm, dm1, diabetes mellitus type 1, iddm, type 1 dm;
E11.9; diabetes mellitus; diabetes, diabetic; DM
E11.21; diabetic nephropathy; diabetic kidney disease;
E11.319; diabetic retinopathy; ;
E11.40; diabetic neuropathy; ;
E11.10; diabetic ketoacidosis; dka;
E16.2; hypoglycemia; hypoglycaemia, low blood sugar, hypoglycemic;
R73.9; hyperglycemia; hyperglycaemia, high blood sugar, hyperglycemic;
E78.5; hyperlipidemia; dyslipidemia, hyperlipidaemia, high cholesterol, hypercholesterolemia; HLD, HL
E66.9; obesity; obese, morbid obesity;
E03.9; hypothyroidism; hypothyroid;
E05.90; hyperthyroidism; hyperthyroid, thyrotoxicosis;
E87.5; hyperkalemia; hyperkalaemia;
E87.6; hypokalemia; hypokalaemia;
E87.1; hyponatremia; hyponatraemia;
E87.0; hypernatremia; hypernatraemia;
E83.52; hypercalcemia; ;
E86.0; dehydration; dehydrated, volume depletion;
E87.20; acidosis; metabolic acidosis, lactic acidosis;
E46; malnutrition; malnourished;
M10.9; gout; ;
I25.10; coronary artery disease; coronary heart disease, ischemic heart disease; CAD, cad, CHD
I21.9; myocardial infarction; heart attack, acute myocardial infarction; MI, AMI
I21.4; NSTEMI; non st elevation myocardial infarction, nstemi;
I21.3; STEMI; st elevation myocardial infarction, stemi;
I24.9; acute coronary syndrome; ; ACS
I20.9; angina; angina pectoris, anginal pain;
I50.9; heart failure; congestive heart failure, cardiac failure, chf exacerbation, chf, hfref, hfpef; CHF
I48.91; atrial fibrillation; a fib, afib, atrial fib; AF
I48.92; atrial flutter; aflutter;
I47.20; ventricular tachycardia; vtach; VT
I49.01; ventricular fibrillation; vfib; VF
I46.9; cardiac arrest; ;
R57.0; cardiogenic shock; ;
I51.9; heart disease; cardiac disease;
I35.0; aortic stenosis; ;
I34.0; mitral regurgitation; ;
I42.9; cardiomyopathy; ;
I30.9; pericarditis; ;
I31.39; pericardial effusion; ;
I33.0; endocarditis; ;
I26.99; pulmonary embolism; pulmonary embolus, pulmonary emboli; PE
I82.409; deep vein thrombosis; deep venous thrombosis, dvt, dvts; DVT
I82.90; venous thromboembolism; vte;
I73.9; peripheral vascular disease; peripheral arterial disease; PVD, PAD
I71.40; abdominal aortic aneurysm; aaa;
I63.9; stroke; cerebrovascular accident, infarct, infarction, cva, ischemic stroke, strokes, cerebral infarction, infarcts;
G45.9; transient ischemic attack; tia, tias;
I62.9; intracranial hemorrhage; intracranial bleed, ich, intracerebral hemorrhage, intracranial haemorrhage;
I60.9; subarachnoid hemorrhage; ; SAH
I62.00; subdural hematoma; ; SDH
J18.9; pneumonia; pna, bronchopneumonia, community acquired pneumonia, pneumonias;
J69.0; aspiration pneumonia; ;
J15.9; bacterial pneumonia; ;
J20.9; bronchitis; acute bronchitis;
J45.909; asthma; asthmatic, asthma exacerbation;
J44.9; chronic obstructive pulmonary disease; copd, copd exacerbation, emphysema;
J96.00; respiratory failure; acute respiratory failure, respiratory distress;
J80; acute respiratory distress syndrome; ards;
J90; pleural effusion; pleural effusions, effusion, effusions;
J93.9; pneumothorax; ; PTX
J98.11; atelectasis; ;
J81.0; pulmonary edema; pulmonary oedema;
R91.1; pulmonary nodule; lung nodule, lung nodules, pulmonary nodules;
R91.8; infiltrate; infiltrates, opacity, opacities, consolidation, consolidations;
G47.33; obstructive sleep apnea; sleep apnea; OSA
U07.1; COVID-19; covid, coronavirus infection, sars cov 2 infection;
J11.1; influenza; flu;
J06.9; upper respiratory infection; uri, upper respiratory tract infection, common cold;
J32.9; sinusitis; ;
A15.9; tuberculosis; ; TB
A41.9; sepsis; septic, urosepsis;
R65.21; septic shock; ;
R78.81; bacteremia; bacteraemia;
B99.9; infection; infections, infectious process;
N39.0; urinary tract infection; uti, utis;
N12; pyelonephritis; ;
L03.90; cellulitis; ;
L02.91; abscess; abscesses;
M86.9; osteomyelitis; ;
G03.9; meningitis; ;
G04.90; encephalitis; ;
A04.72; clostridium difficile infection; c diff, c difficile, clostridioides difficile;
B20; HIV; hiv infection, human immunodeficiency virus, aids;
B18.2; hepatitis C; hep c, hcv, chronic hepatitis c;
B18.1; hepatitis B; hep b, hbv;
B19.9; hepatitis; ;
B02.9; herpes zoster; shingles, zoster;
N17.9; acute kidney injury; acute renal failure, acute kidney failure, aki;
N18.9; chronic kidney disease; ckd, chronic renal insufficiency, chronic renal failure;
N18.6; end stage renal disease; end stage kidney disease, esrd;
N19; renal failure; kidney failure, renal insufficiency;
N20.0; kidney stone; nephrolithiasis, kidney stones, renal stone, renal calculi, renal stones;
N13.30; hydronephrosis; ;
N40.0; benign prostatic hyperplasia; ; BPH
K21.9; gastroesophageal reflux disease; gerd, reflux, acid reflux, heartburn;
K27.9; peptic ulcer; peptic ulcer disease, gastric ulcer, duodenal ulcer, pud;
K29.70; gastritis; ;
K52.9; gastroenteritis; viral gastroenteritis, colitis;
K35.80; appendicitis; ;
K81.9; cholecystitis; ;
K80.20; cholelithiasis; gallstones, gallstone;
K85.90; pancreatitis; acute pancreatitis;
K74.60; cirrhosis; liver cirrhosis;
K76.9; liver disease; ;
K56.609; small bowel obstruction; bowel obstruction; SBO
K57.92; diverticulitis; ;
K57.90; diverticulosis; diverticula;
K50.90; crohn's disease; crohns disease, crohn disease;
K51.90; ulcerative colitis; ;
K63.5; colon polyp; colonic polyp, polyp, polyps;
K64.9; hemorrhoids; haemorrhoids;
K44.9; hiatal hernia; ;
K46.9; hernia; ;
D64.9; anemia; anaemia, anemic;
D50.9; iron deficiency anemia; ;
D69.6; thrombocytopenia; ;
D70.9; neutropenia; neutropenic;
D68.9; coagulopathy; ;
D72.829; leukocytosis; ;
C80.1; malignancy; cancer, malignant neoplasm, carcinoma, malignancies;
C50.919; breast cancer; breast carcinoma;
C34.90; lung cancer; lung carcinoma;
C18.9; colon cancer; colorectal cancer, colon carcinoma;
C61; prostate cancer; ;
C56.9; ovarian cancer; ;
C25.9; pancreatic cancer; ;
C43.9; melanoma; ;
C95.90; leukemia; leukaemia;
C85.90; lymphoma; ;
C79.9; metastases; metastasis, metastatic disease, mets;
F32.A; depression; major depressive disorder, depressive disorder, mdd, depressed;
F41.9; anxiety; anxious, anxiety disorder;
F20.9; schizophrenia; ;
F31.9; bipolar disorder; ;
F03.90; dementia; ;
G30.9; alzheimer's disease; alzheimers disease, alzheimer disease, alzheimers;
G20.A1; parkinson's disease; parkinsons disease, parkinson disease;
G35; multiple sclerosis; ;
F05; delirium; delirious;
F10.20; alcohol abuse; alcoholism, alcohol dependence, etoh abuse, alcohol use disorder;
F17.200; tobacco use; smoker, nicotine dependence;
G43.909; migraine; migraines, migraine headache;
G62.9; neuropathy; peripheral neuropathy;
G93.40; encephalopathy; ;
G81.90; hemiparesis; hemiplegia;
M19.90; osteoarthritis; degenerative joint disease; OA
M06.9; rheumatoid arthritis; ;
M32.9; lupus; systemic lupus erythematosus; SLE
M81.0; osteoporosis; ;
T14.8XXA; fracture; fractures, fx;
S72.009A; hip fracture; ;
R29.6; falls; recurrent falls;
T78.2XXA; anaphylaxis; anaphylactic reaction, anaphylactic shock;
T78.3XXA; angioedema; ;
L50.9; hives; urticaria;
T78.40XA; allergic reaction; ;
R57.9; shock; ;
R57.1; hypovolemic shock; ;
Z33.1; pregnancy; pregnant;
O14.90; preeclampsia; pre eclampsia;
R62.7; failure to thrive; ;
R63.0; anorexia; loss of appetite, poor appetite, decreased appetite;
D68.62; lupus anticoagulant; ;
-; costovertebral angle tenderness; cva tenderness;
R94.31; ST depression; st segment depression, st depressions;
R06.89; respiratory depression; ;
M25.40; joint effusion; knee effusion;
-; hepatojugular reflux; ;
R14.0; bloating; abdominal distention, abdominal distension;
R12; indigestion; dyspepsia;
`;

export const problems: readonly LexiconEntry[] = ROWS.trim()
  .split('\n')
  .map((row): LexiconEntry => {
    const [code, name, also, exact] = row.split(';').map((cell) => cell.trim());
    const words = (cell: string | undefined) =>
      (cell ?? '')
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== '');
    return {
      name: name!,
      also: words(also),
      exact: words(exact),
      codings: code === '-' ? [] : [{ system: ICD10CM, code: code!, display: name! }],
    };
  });
