// Draws diagrams with Mermaid in the colours of the page, so that a drawing follows light and dark by itself.

/**
 * Draws a diagram.
 *
 * @param id unique on the page, without spaces
 * @param text in the language of Mermaid
 * @returns an SVG, sanitized by Mermaid
 */
export async function drawDiagram(id: string, text: string): Promise<string> {
  // Mermaid is larger than the rest of the page, so it is loaded with the first diagram.
  const { default: mermaid } = await import('mermaid')
  mermaid.initialize({
    startOnLoad: false,
    securityLevel: 'strict',
    look: 'classic',
    theme: 'base',
    fontFamily: 'inherit',
    themeCSS,
  })
  const { svg } = await mermaid.render(id, text)
  return svg
}

// The themes of Mermaid have fixed colours. These rules replace them.
const themeCSS = `
  .node rect { fill: var(--raised) !important; stroke: var(--line-strong) !important; }
  .node.current rect { fill: var(--accent) !important; stroke: var(--accent) !important; }
  .node.current .nodeLabel { color: var(--on-accent) !important; font-weight: 600; }
  .node circle, .node path, [id*="barbEnd"] path { fill: var(--line-strong) !important; stroke: var(--line-strong) !important; }
  .transition { stroke: var(--line-strong) !important; }
  .outer-path path { fill: var(--surface) !important; }
  .nodeLabel, .edgeLabel, .edgeLabel p { color: var(--text) !important; }
  .edgeLabel, .edgeLabel p { background: var(--surface) !important; }
  .edgeLabel p { padding-inline: 0.375rem; font-size: 0.875rem; }
`
