// The style of an outline, which is loaded with it.

/** The style sheet, with the colours of the panel. */
export const outlineStyle = `
.diagram ul.outline, .box > ul { display: flex; flex-direction: column; gap: 6px; padding: 0; list-style: none; }
.diagram .box { flex: 1 1 auto; min-width: 0; padding: 6px 8px; border: 1px solid var(--line-strong); border-radius: 8px; background: var(--surface); font: 12px system-ui, sans-serif; }
.diagram .box.current { border-color: var(--accent); background: var(--wash); }
.diagram .box.final { border-style: double; border-width: 3px; }
.diagram .box.history, .diagram .box.deep.history { flex: none; border-style: dashed; border-radius: 99px; }
.box > ul { margin-top: 6px; }
.diagram .box > ul.regions { flex-flow: row wrap; }
.regions > .box { border-style: dashed; }
.title { font-weight: 600; overflow-wrap: anywhere; }
.title.initial::before { content: '● '; color: var(--quiet); }
.current > .title { color: var(--accent); }
.diagram ul.lines { flex-flow: row wrap; gap: 4px; }
.diagram .lines li { overflow-wrap: anywhere; color: var(--quiet); }
`
