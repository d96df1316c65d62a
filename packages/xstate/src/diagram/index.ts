// The public names of @xmachines/xstate/diagram.

export { activeIn, type ChartDiagram, type DiagramArrow, type DiagramState, diagramOf } from './chart-diagram.ts'
export { diagramToMermaid } from './mermaid.ts'
