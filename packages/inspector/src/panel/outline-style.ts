// The style of an outline, which is loaded with it.

/** The style sheet, with the colours of the panel. */
export const outlineStyle = `
.outline ul { display: flex; flex-direction: column; gap: 6px; padding: 0; list-style: none; font-size: 12px; }
.outline .box { flex: 1 1 auto; min-width: 0; padding: 5px 9px; border: 1px solid var(--line-strong); border-radius: 8px; background: var(--surface); overflow-wrap: anywhere; }
.outline .box.current { border-color: var(--accent); background: var(--wash); }
.outline .final { border-style: double; border-width: 3px; }
.outline .history { flex: none; align-self: start; border-style: dotted; border-radius: 99px; }
.outline .regions > .box { border-style: dashed; }
.outline .box > ul { margin-top: 5px; }
.outline ul.regions { flex-flow: row wrap; }
.outline ul.lines { flex-flow: row wrap; gap: 4px; }
.outline .lines li { padding: 0 7px; border: 1px solid var(--line); border-radius: 99px; background: var(--sunken); color: var(--quiet); }
.outline li.taken { border-color: var(--accent); color: var(--accent); font-weight: 700; }
.outline p { margin: 8px 0 4px; }
.title { font-weight: 600; }
.title.initial::before { content: ''; display: inline-block; width: 8px; height: 8px; margin-inline-end: 6px; border-radius: 99px; background: var(--line-strong); }
.current > .title { color: var(--accent); }
`
