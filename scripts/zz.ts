import { weigh } from './weigh.ts'
const core = `export * from '@xmachines/core'`
const a = await weigh(core)
const b = await weigh(core + `; export { connectRun } from './packages/http/src/index.ts'`)
const f = await weigh(core + `; export * from './packages/http/src/index.ts'`)
const c = await weigh(core + `; export { tentativeLog, tentativeRun, keepGiven, encodeBatches, sequenceWaits } from './packages/core/src/internal.ts'`)
console.log({core: a, connect: b - a, client: f - a, coreParts: c - a})
const d = await weigh(`export { defineMachine } from '@xmachines/core'; export { connectRun } from './packages/http/src/index.ts'`)
const e = await weigh(`export { defineMachine, restoreRun } from '@xmachines/core'`)
console.log({ d, e, diff: d - e })
