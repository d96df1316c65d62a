// The public names of @xmachines/xstate.

export { type AsRunOptions, asRun } from './as-run.ts'
export type {
  ActionOutput,
  ChartChild,
  ChartEvent,
  ChartInput,
  ChartOutput,
  ChartState,
  ChartTimer,
  ChildEvent,
  EffectOutput,
} from './chart.ts'
export { type EffectsOptions, xstateEffects } from './effects/xstate-effects.ts'
export { type ChartIdentity, fromXState } from './from-xstate.ts'
export { type ChartView, viewOf } from './view-of.ts'
