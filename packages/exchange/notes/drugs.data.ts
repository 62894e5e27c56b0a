import { coding, RXNORM } from '@gemel/core/concept';
import type { LexiconEntry } from './rules.ts';

/**
 * Drugs by RxNorm ingredient. One a line: `code; ingredient; other names and brands`, names apart by commas; several codes by plus
 * signs for what is given together. Normalised names and codes of ingredients of RxNorm: this product uses publicly available data courtesy of
 * the U.S. National Library of Medicine (NLM), National Institutes of Health, Department of Health and Human Services; NLM is not
 * responsible for the product and does not endorse or recommend this or any other product. Users load a release of their own for more.
 */
const ROWS = `
161; acetaminophen; paracetamol, tylenol, apap
1191; aspirin; asa, acetylsalicylic acid, ecotrin
5640; ibuprofen; motrin, advil
7258; naproxen; aleve, naprosyn
35827; ketorolac; toradol
7052; morphine; ms contin, morphine sulfate
7804; oxycodone; oxycontin, roxicodone
5489; hydrocodone;
3423; hydromorphone; dilaudid
4337; fentanyl; duragesic
10689; tramadol; ultram
2670; codeine;
6813; methadone;
7242; naloxone; narcan
6809; metformin; glucophage
4821; glipizide; glucotrol
4815; glyburide; glibenclamide
25789; glimepiride; amaryl
593411; sitagliptin; januvia
1545653; empagliflozin; jardiance
1488564; dapagliflozin; farxiga
475968; liraglutide; victoza
1991302; semaglutide; ozempic
274783; insulin glargine; lantus, glargine, basaglar, toujeo
139825; insulin detemir; levemir, detemir
86009; insulin lispro; humalog, lispro
51428; insulin aspart; novolog, aspart
1670007; insulin degludec; tresiba, degludec
5856; insulin; insulin drip, regular insulin, sliding scale insulin
29046; lisinopril; zestril, prinivil
3827; enalapril; vasotec
35296; ramipril; altace
1998; captopril;
18867; benazepril;
52175; losartan; cozaar
69749; valsartan; diovan
83818; irbesartan; avapro
321064; olmesartan; benicar
17767; amlodipine; norvasc
7417; nifedipine; procardia
3443; diltiazem; cardizem
11170; verapamil; calan
6918; metoprolol; lopressor, toprol xl, toprol, metoprolol succinate, metoprolol tartrate
1202; atenolol; tenormin
20352; carvedilol; coreg
8787; propranolol; inderal
6185; labetalol;
5470; hydralazine;
2599; clonidine; catapres
5487; hydrochlorothiazide; hctz
2409; chlorthalidone;
4603; furosemide; lasix
1808; bumetanide; bumex
38413; torsemide; demadex
9997; spironolactone; aldactone
83367; atorvastatin; lipitor
36567; simvastatin; zocor
42463; pravastatin; pravachol
301542; rosuvastatin; crestor
341248; ezetimibe; zetia
32968; clopidogrel; plavix
613391; prasugrel; effient
1116632; ticagrelor; brilinta
11289; warfarin; coumadin
5224; heparin; unfractionated heparin
67108; enoxaparin; lovenox
1364430; apixaban; eliquis
1114195; rivaroxaban; xarelto
1037042; dabigatran; pradaxa
3407; digoxin; lanoxin
703; amiodarone; pacerone
4917; nitroglycerin; ntg, nitro
6058; isosorbide dinitrate; isordil
11124; vancomycin; vanc, vanco, vancocin
8339+37617; piperacillin / tazobactam; zosyn, piperacillin tazobactam, pip tazo, piptazo
8339; piperacillin;
723; amoxicillin; amoxil
723+48203; amoxicillin / clavulanate; augmentin, amoxicillin clavulanate, amoxicillin clavulanic acid, co amoxiclav
733; ampicillin;
733+10167; ampicillin / sulbactam; unasyn, ampicillin sulbactam
70618; penicillin; penicillins, pcn
7980; penicillin G;
7984; penicillin V; penicillin vk
2231; cephalexin; keflex
2180; cefazolin; ancef
2193; ceftriaxone; rocephin
20481; cefepime; maxipime
2191; ceftazidime;
29561; meropenem; merrem
325642; ertapenem; invanz
1272; aztreonam;
18631; azithromycin; zithromax, z pak, zpak
21212; clarithromycin; biaxin
4053; erythromycin;
2551; ciprofloxacin; cipro
82122; levofloxacin; levaquin
139462; moxifloxacin; avelox
3640; doxycycline;
6922; metronidazole; flagyl
2582; clindamycin; cleocin
190376; linezolid; zyvox
22299; daptomycin; cubicin
7454; nitrofurantoin; macrobid
10180+10829; sulfamethoxazole / trimethoprim; bactrim, septra, tmp smx, trimethoprim sulfamethoxazole, sulfamethoxazole trimethoprim
641; amikacin;
1596450; gentamicin; gent
10627; tobramycin; tobra
4450; fluconazole; diflucan
121243; voriconazole; vfend
281; acyclovir; zovirax
73645; valacyclovir; valtrex
260101; oseltamivir; tamiflu
8640; prednisone; deltasone
8638; prednisolone;
6902; methylprednisolone; solu medrol, solumedrol, medrol
3264; dexamethasone; decadron
5492; hydrocortisone; solu cortef
435; albuterol; salbutamol, ventolin, proair, proventil
7213; ipratropium; atrovent
435+7213; albuterol / ipratropium; duoneb, duonebs, combivent
69120; tiotropium; spiriva
41126; fluticasone; flovent, flonase
19831; budesonide; pulmicort
88249; montelukast; singulair
7646; omeprazole; prilosec
40790; pantoprazole; protonix
283742; esomeprazole; nexium
17128; lansoprazole; prevacid
4278; famotidine; pepcid
26225; ondansetron; zofran
6915; metoclopramide; reglan
82003; docusate; colace
36387; senna; senokot
6218; lactulose;
6468; loperamide; imodium
36437; sertraline; zoloft
4493; fluoxetine; prozac
2556; citalopram; celexa
321988; escitalopram; lexapro
39786; venlafaxine; effexor
72625; duloxetine; cymbalta
42347; bupropion; wellbutrin
10737; trazodone; desyrel
15996; mirtazapine; remeron
704; amitriptyline; elavil
51272; quetiapine; seroquel
61381; olanzapine; zyprexa
35636; risperidone; risperdal
5093; haloperidol; haldol
6448; lithium; lithium carbonate
6470; lorazepam; ativan
3322; diazepam; valium
596; alprazolam; xanax
2598; clonazepam; klonopin
6960; midazolam; versed
39993; zolpidem; ambien
25480; gabapentin; neurontin
187832; pregabalin; lyrica
8183; phenytoin; dilantin
114477; levetiracetam; keppra
11118; valproic acid; valproate, depakote, depakene
2002; carbamazepine; tegretol
28439; lamotrigine; lamictal
38404; topiramate; topamax
8782; propofol; diprivan
6130; ketamine;
73032; remifentanil;
7512; norepinephrine; levophed
3992; epinephrine; adrenaline, epipen
11149; vasopressin;
3628; dopamine;
3616; dobutamine;
8163; phenylephrine;
10582; levothyroxine; synthroid, l thyroxine
519; allopurinol; zyloprim
2683; colchicine; colcrys
6851; methotrexate; mtx
42316; tacrolimus; prograf, fk506
3008; cyclosporine; neoral
1256; azathioprine; imuran
68149; mycophenolate mofetil; cellcept
5521; hydroxychloroquine; plaquenil
1828; busulfan;
40048; carboplatin;
2555; cisplatin;
3002; cyclophosphamide; cytoxan
77492; tamsulosin; flomax
25025; finasteride; proscar
32675; oxybutynin; ditropan
136411; sildenafil; viagra
3498; diphenhydramine; benadryl
20610; cetirizine; zyrtec
28889; loratadine; claritin
5553; hydroxyzine; vistaril
4511; folic acid; folate
11248; cyanocobalamin; vitamin b12, b12
2418; cholecalciferol; vitamin d, vitamin d3
10454; thiamine;
24947; ferrous sulfate; iron sulfate
8591; potassium chloride; kcl, k dur
9863; sodium chloride; normal saline, saline
6585; magnesium sulfate;
1908; calcium gluconate;
`;

export const drugs: readonly LexiconEntry[] = ROWS.trim()
  .split('\n')
  .map((row): LexiconEntry => {
    const [codes, name, also] = row.split(';').map((cell) => cell.trim());
    const parts = name!.split(' / ');
    return {
      name: name!,
      also: (also ?? '')
        .split(',')
        .map((each) => each.trim())
        .filter((each) => each !== ''),
      codings: codes!.split('+').map((code, i) => coding(RXNORM, code, parts.length > 1 ? parts[i] : name)),
    };
  });
