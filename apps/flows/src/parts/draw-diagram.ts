// Mermaid, dressed as the page: its colours are the page's own, so a drawing follows light and dark as it stands.

/**
 * Draws a diagram.
 *
 * @param id unique in the page, a word
 * @param text in Mermaid's language
 * @returns an SVG, cleaned by Mermaid
 */
export async function drawDiagram(id: string, text: string): Promise<string> {
  // It weighs more than all the rest of the page: it comes when the first diagram is drawn.
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

// Mermaid's themes are made of fixed colours; these go over them.
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
