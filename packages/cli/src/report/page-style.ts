/** The style of a report: light and dark, and down to the width of a phone. */
export const pageStyle = `
:root{color-scheme:light dark;--paper:#fff;--ink:#1c1e21;--dim:#5d6470;--line:#d9dce1;--fill:#f3f4f6;--main:#1f5fbf;--bad:#b3261e;--bar:#7aa7e0}
@media (prefers-color-scheme:dark){:root{--paper:#16181c;--ink:#e8eaed;--dim:#a0a7b3;--line:#363b44;--fill:#22262d;--main:#8ab4f8;--bad:#f28b82;--bar:#4a76b0}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:1100px;padding:16px;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI","Noto Sans","Noto Sans CJK SC","PingFang SC","Microsoft YaHei",sans-serif}
h1{font-size:22px;margin:8px 0;overflow-wrap:anywhere}h2{font-size:18px;margin:32px 0 8px;border-bottom:1px solid var(--line)}h3{font-size:15px;margin:16px 0 4px;overflow-wrap:anywhere}
p{margin:4px 0}.dim{color:var(--dim)}.bad{color:var(--bad)}
.tiles{display:flex;flex-wrap:wrap;gap:8px;margin:12px 0}.tile{background:var(--fill);border-radius:8px;padding:8px 14px;min-width:96px}.tile b{display:block;font-size:20px;font-weight:600}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:4px 10px 4px 0;border-bottom:1px solid var(--line);vertical-align:top}th{color:var(--dim);font-weight:500}td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td.cell{min-width:5em;max-width:420px;overflow-wrap:anywhere;white-space:pre-wrap}
button.rows{font:inherit;color:var(--main);background:none;border:0;padding:0;text-decoration:underline;cursor:pointer;font-variant-numeric:tabular-nums}
:focus-visible{outline:2px solid var(--main);outline-offset:2px;border-radius:2px}
svg text{fill:var(--ink);font-size:13px;text-anchor:middle}svg text.use{fill:var(--dim);font-size:11px}svg .count{text-anchor:start;font-size:12px}svg a .count{fill:var(--main);text-decoration:underline}svg rect{fill:var(--fill);stroke:var(--line)}svg .sink rect,svg .source rect{stroke:var(--main)}svg .edge{fill:none;stroke:var(--dim)}
.bars{display:grid;grid-template-columns:minmax(70px,max-content) 1fr max-content;gap:2px 8px;align-items:center;font-size:13px}.bars span{overflow:hidden;text-overflow:ellipsis;white-space:nowrap;max-width:220px}.bar{height:14px;background:var(--bar);border-radius:2px;min-width:2px}
.columns{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(320px,100%),1fr));gap:8px 28px}
dialog{width:min(900px,94vw);max-height:85vh;border:1px solid var(--line);border-radius:8px;background:var(--paper);color:var(--ink);padding:16px}dialog::backdrop{background:#0007}dialog button.close{float:right;font:inherit;padding:2px 10px}
.u-legend{display:none}
@media (max-width:600px){body{padding:10px;font-size:14px}.tile{flex:1 1 40%}}
`
