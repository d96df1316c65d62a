// Runs a chart with its effects, and lets time pass.

import { type AnyRun, createRun, handleOutputs, type Machine, type RunDocument, restoreRun } from '@xmachines/core'
import { type ChartEvent, type ChartOutput, type ChartState, fromXState, xstateEffects } from '@xmachines/xstate'
import { onTestFinished, vi } from 'vitest'
import type { AnyStateMachine } from 'xstate'

/** A run of a chart whose outputs are handled. */
export interface Running {
  readonly run: AnyRun
  /** The latest state of the chart. */
  state(): ChartState
  /** Sends events, and lets what follows at once happen. */
  send(...events: readonly { readonly type: string }[]): Promise<void>
  /** Ends the handling, as a process that stops. */
  stop(): Promise<void>
  readonly logged: unknown[]
  readonly emitted: unknown[]
}

/** Starts a chart. */
export function started(chart: AnyStateMachine, input?: unknown, emits: readonly string[] = []): Running {
  return handled(createRun<ChartState, ChartEvent, ChartOutput, unknown>(machineOf(chart), { input }), chart, emits)
}

/** Restores a run of a chart from its history, as another process does. */
export function restored(from: AnyRun, chart: AnyStateMachine): Running {
  return handled(replayed(from, chart), chart)
}

/** The same run, from its history alone. */
export function replayed(from: AnyRun, chart: AnyStateMachine): AnyRun {
  return restoreRun(machineOf(chart), JSON.parse(JSON.stringify(from)) as RunDocument<ChartEvent>)
}

/** The machine of a chart of any types, which may take input. */
function machineOf(chart: AnyStateMachine): Machine<ChartState, ChartEvent, ChartOutput, unknown> {
  return fromXState(chart)
}

function handled(run: AnyRun, chart: AnyStateMachine, emits: readonly string[] = []): Running {
  const over = new AbortController()
  const logged: unknown[] = []
  const emitted: unknown[] = []
  const effects = xstateEffects(run as never, chart, { logger: (...all) => void logged.push(...all) })
  const others = Object.fromEntries(emits.map((type) => [type, (output: unknown) => void emitted.push(output)]))
  const handling = handleOutputs(run, { ...effects, ...others } as never, { signal: over.signal })
  handling.catch(() => undefined)
  const stop = async (): Promise<void> => {
    over.abort()
    await handling
  }
  onTestFinished(() => over.abort())
  return {
    run,
    state: () => run.state as ChartState,
    async send(...events) {
      for (const event of events) run.in.send(event as never)
      await settled()
    },
    stop,
    logged,
    emitted,
  }
}

/** Lets everything happen that needs no time. With fake timers. */
export async function settled(): Promise<void> {
  await vi.advanceTimersByTimeAsync(0)
}

/** The types of all events of a run. */
export function eventTypesOf(run: AnyRun): string[] {
  return run
    .toJSON()
    .records.flatMap((record) => ('events' in record ? record.events : []))
    .map(({ type }) => type)
}
