"""How documents look: on a wide screen, on a telephone and on paper."""

from __future__ import annotations

STYLE = """
*, *::before, *::after { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 2rem 1.25rem 3rem; max-width: 54rem; color: #1F2A33; background: #FFFFFF;
  font: 16px/1.55 "Source Sans 3", "Source Sans", system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans",
  "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", "WenQuanYi Micro Hei", sans-serif;
  overflow-wrap: anywhere; }
h1 { margin: 0 0 .5rem; font-size: 1.8rem; line-height: 1.2; }
h2 { margin: 2.25rem 0 .5rem; padding-top: .75rem; border-top: 1px solid #D5DBE0; font-size: 1.3rem; line-height: 1.3; }
h3 { margin: 1.5rem 0 .35rem; font-size: 1.08rem; }
p { margin: .5rem 0; max-width: 46rem; }
.lead { font-size: 1.15rem; font-weight: 600; }
.strong { font-weight: 600; }
.quiet, caption { color: #4A5763; font-size: .9rem; }
ul { margin: .5rem 0; padding-left: 1.2rem; max-width: 46rem; }
li { margin: .25rem 0; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: .6rem 1.5rem;
  margin: 1rem 0 0; }
.facts dt { color: #4A5763; font-size: .875rem; }
.facts dd { margin: 0; }
.remark { padding: .35rem .7rem; border-left: .3rem solid; background: #F5F7F8; }
.remark.good { border-color: #009E73; } .remark.good .mark { color: #009E73; }
.remark.caution { border-color: #E69F00; } .remark.caution .mark { color: #B87F00; }
.remark.poor { border-color: #D55E00; } .remark.poor .mark { color: #D55E00; }
table { width: 100%; margin: .75rem 0; border-collapse: collapse; }
caption { padding-bottom: .35rem; text-align: left; caption-side: top; }
th { font-weight: 400; text-align: left; }
.grid thead th { color: #4A5763; font-size: .875rem; vertical-align: bottom; }
.grid th, .grid td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid #E3E8EB; vertical-align: top; }
.grid tbody th { min-width: 7.5rem; }
.bars th, .bars td { padding: .16rem .5rem .16rem 0; vertical-align: middle; }
.bars th { width: 34%; }
.bars td.track { width: 40%; padding-right: .75rem; }
.bars td.amount { font-variant-numeric: tabular-nums; }
.bars tr.whole th, .bars tr.whole td { font-weight: 600; }
.bars svg { display: block; width: 100%; height: 1.15rem; overflow: visible; }
.bars .range { color: #4A5763; font-size: .9rem; white-space: nowrap; }
footer { margin-top: 2.5rem; padding-top: .5rem; border-top: 1px solid #D5DBE0; }
footer .facts dt, footer .facts dd { font-size: .875rem; }
@media (max-width: 640px) {
  body { padding: 1.25rem 1rem 2rem; }
  h1 { font-size: 1.45rem; }
  .facts { grid-template-columns: 1fr; gap: .4rem; }
  .bars tbody { display: block; }
  .bars tr { display: grid; grid-template-columns: 1fr auto; column-gap: .75rem; padding: .25rem 0; }
  .bars th, .bars td, .bars td.track { width: auto; padding: 0; }
  .bars th { grid-area: 1 / 1; }
  .bars td.amount { grid-area: 1 / 2; text-align: right; }
  .bars td.track { grid-area: 2 / 1 / 3 / 3; }
  .grid thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .grid tbody, .grid tr, .grid th, .grid td { display: block; padding-right: 0; border-bottom: 0; }
  .grid tr { padding: .35rem 0; border-bottom: 1px solid #E3E8EB; }
  .grid th, .grid td { padding: .1rem 0; }
  .grid th { font-weight: 600; }
  .grid td::before { content: attr(data-name) ": "; color: #4A5763; font-size: .875rem; }
}
@media print {
  @page { margin: 16mm 15mm; }
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  h1 { font-size: 18pt; } h2 { font-size: 13pt; } h3 { font-size: 11.5pt; }
  h1, h2, h3, caption { break-after: avoid; }
  tr, .remark, .facts > div, li { break-inside: avoid; }
  .bars, .grid { break-inside: avoid; }
  .remark { background: none; }
  p, li { orphans: 3; widows: 3; }
}
""".strip()
