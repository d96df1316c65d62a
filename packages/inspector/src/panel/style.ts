// The style sheet of the panel. It follows the colour scheme of the element that it is in.

/** The style sheet. */
export const style = `
:host { display: block; min-height: 0; height: 100%; }
* { box-sizing: border-box; margin: 0; font: inherit; }
[hidden] { display: none !important; }
.panel {
  --surface: light-dark(#fff, #14171d);
  --sunken: light-dark(#f5f6f8, #0e1014);
  --line: light-dark(#e1e4ea, #272c36);
  --line-strong: light-dark(#8b93a1, #6b7482);
  --text: light-dark(#191c22, #e9ebef);
  --quiet: light-dark(#5a6270, #a0a8b6);
  --accent: light-dark(#2453c4, #9bb8ff);
  --on-accent: light-dark(#fff, #0e1320);
  --wash: light-dark(#e8eefc, #1d2740);
  --good: light-dark(#1b6e3c, #7fd6a0);
  --good-wash: light-dark(#e6f5eb, #14281c);
  --bad: light-dark(#b3261e, #ff9d94);
  --bad-wash: light-dark(#fdeceb, #331917);
  --warn: light-dark(#7a4d00, #f3c469);
  --warn-wash: light-dark(#fdf1d8, #2e240f);
  --mono: ui-monospace, Menlo, Consolas, monospace;
  container-type: inline-size;
  display: flex;
  flex-direction: column;
  height: 100%;
  min-height: 220px;
  overflow: hidden;
  background: var(--surface);
  color: var(--text);
  font: 13px/1.45 system-ui, sans-serif;
}
.dropping { outline: 2px dashed var(--accent); outline-offset: -4px; }
.panel[data-empty] > :is(header, .time, .body) { display: none; }
.panel:not([data-empty]) > .empty { display: none; }
.empty { margin: auto; padding: 24px; max-width: 30em; text-align: center; }
.empty p:first-child { font-weight: 600; }
.quiet { color: var(--quiet); }
.said { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: -2px; }
button, select, input, textarea {
  min-height: 28px;
  padding: 3px 9px;
  border: 1px solid var(--line);
  border-radius: 6px;
  background: var(--surface);
  color: inherit;
  accent-color: var(--accent);
}
:is(select, input, textarea) { border-color: var(--line-strong); }
::placeholder { color: var(--quiet); opacity: 1; }
button { cursor: pointer; white-space: nowrap; }
button:hover:not(:disabled, .primary) { background: var(--wash); border-color: var(--accent); }
button:disabled { color: var(--quiet); cursor: default; opacity: 0.55; }
.primary { border-color: var(--accent); background: var(--accent); color: var(--on-accent); font-weight: 600; }
.primary:hover { opacity: 0.85; }
header { display: flex; flex-wrap: wrap; align-items: center; gap: 6px 10px; padding: 8px 10px; border-bottom: 1px solid var(--line); }
.runs { flex: 1 1 12em; min-width: 0; max-width: 26em; font-weight: 600; text-overflow: ellipsis; }
.now { display: flex; align-items: center; gap: 8px; min-width: 0; white-space: nowrap; }
.where, .type, .rest { overflow: hidden; text-overflow: ellipsis; font-variant-numeric: tabular-nums; }
.status { padding: 1px 8px; border-radius: 99px; background: var(--good-wash); color: var(--good); font-size: 12px; font-weight: 600; }
[data-status=done] { background: var(--wash); color: var(--accent); }
[data-status=error] { background: var(--bad-wash); color: var(--bad); }
[data-status=past] { background: var(--warn-wash); color: var(--warn); }
.actions { display: flex; flex-wrap: wrap; gap: 4px; margin-left: auto; }
.time { display: flex; align-items: center; gap: 4px; padding: 6px 10px; border-bottom: 1px solid var(--line); background: var(--sunken); }
.time button { min-width: 30px; }
.time input { flex: 1; min-width: 40px; padding: 0; border: 0; background: none; }
.live[aria-pressed=true] { border-color: var(--good); background: var(--good-wash); color: var(--good); font-weight: 600; }
.body { flex: 1; display: flex; flex-direction: column; min-height: 0; }
.history { flex: 0 1 var(--split); display: flex; flex-direction: column; min-width: 0; min-height: 132px; }
.filters { display: flex; gap: 6px; padding: 8px 10px; }
.filters input { flex: 1 1 8em; min-width: 0; }
.filters select { flex: 0 1 9em; min-width: 0; }
.found { padding: 0 10px; color: var(--quiet); font-size: 12px; }
.found:not(:empty) { padding-bottom: 4px; }
.rows { flex: 1; min-height: 0; overflow: auto; overflow-anchor: none; border-top: 1px solid var(--line); }
.canvas { position: relative; min-width: 0; overflow: hidden; }
.row {
  position: absolute; inset: 0 0 auto; height: 28px; padding: 0 10px 0 0; display: flex; align-items: center; gap: 10px;
  border-bottom: 1px solid var(--line); cursor: pointer; white-space: nowrap;
}
.row:hover { background: var(--sunken); }
.row[aria-selected=true] { background: var(--wash); box-shadow: inset 3px 0 var(--accent); }
.no { flex: none; min-width: 3.4em; text-align: end; color: var(--quiet); font: 12px var(--mono); }
.type { flex: none; max-width: 70%; font: 600 12px var(--mono); }
.rest { min-width: 0; color: var(--quiet); font: 12px var(--mono); }
.genesis .type { color: var(--accent); }
.refusal :is(.no, .type, .rest) { color: var(--bad); }
.refusal .type { text-decoration: line-through; }
.pending { opacity: 0.85; font-style: italic; }
.pending .no::before { content: '… '; }
.splitter { flex: 0 0 7px; cursor: row-resize; border-block: 1px solid var(--line); background: var(--sunken); touch-action: none; }
.splitter:is(:hover, :focus-visible) { background: var(--accent); outline: none; }
.detail { flex: 1 0 120px; display: flex; flex-direction: column; min-width: 0; min-height: 0; }
.tabs { display: flex; overflow-x: auto; padding: 0 6px; border-bottom: 1px solid var(--line); scrollbar-width: none; }
.tabs button { min-height: 34px; border: 0; border-radius: 0; background: none; color: var(--quiet); }
.tabs button[aria-selected=true] { color: var(--text); font-weight: 600; box-shadow: inset 0 -2px var(--accent); }
.part { flex: 1; min-height: 0; overflow: auto; padding: 10px 12px; }
.part > * + * { margin-top: 8px; }
h3 { font-size: 12px; font-weight: 600; color: var(--quiet); }
.part > h3:not(:first-child) { margin-top: 14px; }
pre, code, .tree { font: 12px/1.6 var(--mono); }
pre { padding: 8px 10px; border: 1px solid var(--line); border-radius: 6px; background: var(--sunken); overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.oid code, .tree, .output-list code { overflow-wrap: anywhere; }
.tree details > :not(summary), .inside > :not(.name) { margin-inline-start: 14px; }
.tree .inside, .tree div > .quiet { padding-inline-start: 6px; }
.tree summary { cursor: pointer; list-style-position: outside; margin-inline-start: 12px; }
.tree .leaf { padding-inline-start: 12px; }
.tree details[open] > summary > .name + .preview { display: none; }
.preview { color: var(--quiet); }
.name { color: var(--accent); }
.value.string { color: var(--good); }
.value:is(.number, .boolean, .null) { color: var(--warn); }
.more { margin-top: 2px; min-height: 24px; font-size: 12px; }
.line { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 4px; padding: 0 6px; border-radius: 4px; }
.sign { width: 1em; font-weight: 700; color: var(--quiet); }
del, ins { padding: 0 3px; border-radius: 3px; text-decoration: none; }
del, .line.removed { background: var(--bad-wash); }
ins, .line.added { background: var(--good-wash); }
del, .removed .sign { color: var(--bad); }
ins, .added .sign { color: var(--good); }
.event { padding: 6px 10px; border: 1px solid var(--line); border-radius: 6px; }
.event strong { font: 600 12px var(--mono); }
.refused { padding: 8px 12px; border-radius: 6px; background: var(--bad-wash); }
.refused h3 { margin-top: 8px; }
.output-list { padding: 0; list-style: none; }
.output-list li { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 10px; padding: 4px 0; border-bottom: 1px solid var(--line); }
.output-list .no { min-width: 2.5em; }
.output-list code { flex: 1 1 10em; }
.fate { padding: 0 8px; border-radius: 99px; background: var(--sunken); color: var(--quiet); font-size: 12px; }
.fate.handling, .fate.waiting { background: var(--warn-wash); color: var(--warn); }
.fate:is(.failed, .aborted) { background: var(--bad-wash); color: var(--bad); }
.fate.settled { background: var(--good-wash); color: var(--good); }
.sender { display: grid; gap: 8px 10px; grid-template-columns: max-content minmax(0, 1fr); align-items: center; max-width: 34em; }
.fields { display: contents; }
.sender label { font-weight: 600; }
.sender textarea { font-family: var(--mono); resize: vertical; }
.sender input[type=checkbox] { justify-self: start; min-height: 0; width: 16px; height: 16px; }
.sender .primary, .sender .problem { grid-column: 2; justify-self: start; }
.problem, .refused strong { color: var(--bad); }
.notice { padding: 6px 12px; border-top: 1px solid var(--line); background: var(--sunken); }
.notice:empty { display: none; }
.notice textarea { display: block; width: 100%; margin-top: 6px; font-family: var(--mono); }
.machine { order: -1; flex: 0 1 auto; min-width: 0; min-height: 36px; max-height: 40%; overflow: auto; border-bottom: 1px solid var(--line); }
.machine summary { padding: 8px 12px; font-weight: 600; cursor: pointer; }
.drawing { padding: 0 12px 10px; }
.diagram svg { display: block; width: 100%; max-height: max(46vh, 280px); margin: auto; }
.diagram ul { display: flex; flex-wrap: wrap; gap: 4px; padding: 4px 0 0; list-style: none; }
.diagram li { padding: 1px 8px; border: 1px solid var(--line); border-radius: 99px; font: 12px var(--mono); }
.diagram li.taken { border-color: var(--accent); background: var(--wash); color: var(--text); }
.diagram text { fill: var(--text); font-size: 12px; }
.state rect { fill: var(--sunken); stroke: var(--line-strong); }
.state.current rect:first-of-type { fill: var(--accent); stroke: var(--accent); }
.state.current text { fill: var(--on-accent); font-weight: 600; }
.state.final rect:last-of-type { fill: none; }
.state.final.current rect:last-of-type { stroke: var(--on-accent); }
.start { fill: var(--line-strong); }
.state .line, .arrow .line { display: inline; fill: none; stroke: var(--line-strong); stroke-width: 1.3; }
.arrow text { fill: var(--quiet); font-size: 11px; paint-order: stroke; stroke: var(--surface); stroke-width: 5px; stroke-linejoin: round; }
.arrow.taken .line { stroke: var(--accent); stroke-width: 2.4; }
.arrow.taken text { fill: var(--accent); font-weight: 700; }
@container (width >= 760px) {
  .body { flex-direction: row; }
  .splitter { cursor: col-resize; border-block: 0; border-inline: 1px solid var(--line); }
  .machine { order: 0; flex: 0 0 clamp(200px, 30%, 380px); max-height: none; border-bottom: 0; border-inline-start: 1px solid var(--line); }
  .history { flex-basis: calc(var(--split) * 0.8); }
}
@container (width < 400px) {
  .tabs { padding: 0; }
  .tabs button { flex: 1; padding-inline: 4px; }
}
`
