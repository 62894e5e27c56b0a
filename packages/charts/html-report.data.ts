/** The strip on every screen, page and export. */
export const RESEARCH_STRIP = 'Research use. Not for clinical use.';

/**
 * Layout of a report page. The strip stays in view on screen; in print it opens the first sheet and stands in the bottom
 * margin of every sheet. Sizes fit A4 and Letter alike.
 */
export const REPORT_CSS = `
*{box-sizing:border-box}
html{color:var(--gm-ink);background:var(--gm-paper);font:14px/1.45 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Liberation Sans',Arial,sans-serif;-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{margin:0}
.gm-strip{position:sticky;top:0;z-index:2;padding:5px 16px;text-align:center;font-weight:650;font-size:13px;background:var(--gm-ink);color:var(--gm-paper)}
main{max-width:900px;margin:0 auto;padding:16px 20px 40px}
h1{font-size:22px;line-height:1.2;margin:6px 0 2px}
h2{font-size:16px;margin:26px 0 8px;padding-bottom:3px;border-bottom:1px solid var(--gm-grid)}
h3{font-size:14px;margin:14px 0 4px}
p{margin:4px 0 8px}
.gm-sub{color:var(--gm-ink-soft);margin:0 0 10px}
section{break-inside:avoid-page}
section.gm-long{break-inside:auto}
section.gm-page{break-before:page}
.gm-columns{display:flex;gap:24px;flex-wrap:wrap;align-items:flex-start}
.gm-columns>*{flex:1 1 300px;min-width:0}
.gm-note{border-left:4px solid var(--gm-warning);background:var(--gm-panel);padding:7px 12px;margin:8px 0}
.gm-note.gm-plain{border-left-color:var(--gm-axis)}
table.gm-table{border-collapse:collapse;width:100%;margin:6px 0 10px;font-variant-numeric:tabular-nums}
.gm-table caption{text-align:left;color:var(--gm-ink-soft);font-size:12px;padding-bottom:3px}
.gm-table th{text-align:left;font-weight:600;font-size:12px;border-bottom:1.5px solid var(--gm-axis);padding:3px 8px 3px 0;vertical-align:bottom}
table.gm-table.gm-tight td:not(:first-child){white-space:nowrap}
.gm-table td{border-bottom:1px solid var(--gm-grid);padding:3px 8px 3px 0;vertical-align:top}
.gm-table tr{break-inside:avoid}
.gm-wide{overflow-x:auto}
dl.gm-facts{display:grid;grid-template-columns:max-content 1fr;gap:2px 14px;margin:4px 0 10px}
.gm-facts dt{color:var(--gm-ink-soft)}
.gm-facts dd{margin:0;overflow-wrap:anywhere}
code,.gm-hash{font-family:ui-monospace,'Cascadia Mono','Liberation Mono',monospace;font-size:12px;overflow-wrap:anywhere}
details{margin:4px 0 10px}
summary{cursor:pointer;color:var(--gm-ink-soft);font-size:12.5px}
figure{margin:6px 0 4px}
footer{margin-top:28px;padding-top:8px;border-top:1px solid var(--gm-grid);color:var(--gm-ink-soft);font-size:12px}
@page{margin:12mm 12mm 14mm;@bottom-center{content:'${RESEARCH_STRIP}';font:600 9pt 'Liberation Sans',Arial,sans-serif;color:#000}}
@page sheet{margin:7mm 11mm 10mm}
@media print{
.gm-sheet{page:sheet}
html{font-size:9pt;line-height:1.35}
.gm-strip{position:static;background:none;color:#000;border:.4mm solid #000;padding:.6mm}
main{max-width:none;padding:0}
h1{font-size:15pt}
h2{font-size:11.5pt;break-after:avoid;margin:4mm 0 1.5mm}
details:not([open]){display:none}
.gm-table td,.gm-table th,.gm-table caption{font-size:8.5pt;padding-top:.5mm;padding-bottom:.5mm}
.gm-columns{flex-wrap:nowrap}
.gm-columns>*{flex-basis:0}
figure{margin:2mm 0 0}
footer{margin-top:3mm;font-size:8pt}
footer h3{font-size:9pt;margin:0}
code,.gm-hash{font-size:7.5pt}
.gm-sheet{font-size:7.5pt;line-height:1.2}
.gm-sheet h1{font-size:12.5pt;margin:1mm 0 0}
.gm-sheet h2{font-size:9pt;margin:1.6mm 0 .6mm;padding-bottom:.2mm}
.gm-sheet p,.gm-sheet ul{margin:.5mm 0 .8mm}
.gm-sheet ul{padding-left:4mm}
.gm-sheet .gm-note{padding:.4mm 2mm;margin:.6mm 0}
.gm-sheet .gm-table,.gm-sheet table.gm-table{margin:.4mm 0 .8mm}
.gm-sheet .gm-table td,.gm-sheet .gm-table th,.gm-sheet .gm-table caption{font-size:7.2pt;line-height:1.2;padding-top:.25mm;padding-bottom:.25mm}
.gm-sheet figure{margin:.5mm 0 0}
.gm-sheet .gm-columns{gap:5mm}
.gm-sheet dl.gm-facts{grid-template-columns:repeat(3,max-content 1fr);gap:.2mm 2.5mm;margin:.3mm 0 .6mm}
.gm-sheet .gm-columns>*{flex-grow:1;flex-basis:auto}
.gm-sheet footer{margin-top:1mm;padding-top:.5mm;font-size:5.6pt;line-height:1.15}
.gm-sheet footer h3{font-size:7pt}
.gm-sheet footer p{display:none}
.gm-sheet footer dl.gm-facts{grid-template-columns:repeat(2,max-content 1fr)}
}
`.trim();
