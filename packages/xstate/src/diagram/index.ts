// The public names of @xmachines/xstate/diagram.

export { diagramOf } from './chart-diagram.ts'
export { diagramToMermaid } from './mermaid.ts'
