import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createRun, handleOutputs, type Run, restoreRun } from '@xmachines/core'
import { type ChartEvent, type ChartState, fromXState, xstateEffects } from '@xmachines/xstate'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { getStateNodes } from 'xstate'
import { enabled } from './scxml/enabled.ts'
import { chartOf, keyOf } from './scxml/scxml-chart.ts'

const framework = dirname(createRequire(import.meta.url).resolve('@scion-scxml/test-framework/package.json'))

/** What a test of the framework sends, and where the chart is to be after each event. */
interface Scenario {
  readonly initialConfiguration: readonly string[]
  readonly events: readonly {
    readonly after?: number
    readonly event: { readonly name: string }
    readonly nextConfiguration: readonly string[]
  }[]
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})

afterEach(() => {
  vi.useRealTimers()
})

test.each(enabled)('the SCXML test %s passes as a run, and is restored with the same head and state', async (name) => {
  const file = join(framework, 'test', name)
  const scenario = JSON.parse(readFileSync(`${file}.json`, 'utf8')) as Scenario
  const chart = chartOf(readFileSync(`${file}.scxml`, 'utf8'), 'document')
  const machine = fromXState(chart)
  const run: Run<ChartState, ChartEvent, never, never> = createRun(machine as never) as never
  const refusals: unknown[] = []
  void run.err.pipeTo(new WritableStream({ write: (refusal) => void refusals.push(refusal) }))
  const stop = new AbortController()
  const handling = handleOutputs(run as never, xstateEffects(run as never, chart, { logger: () => undefined }), {
    signal: stop.signal,
  })
  await vi.advanceTimersByTimeAsync(0)

  const places = (): string[] => getStateNodes(chart.root, run.state.value).map(({ id }) => id)
  for (const { after = 0, event, nextConfiguration } of scenario.events) {
    await vi.advanceTimersByTimeAsync(after)
    // Events of the W3C's tests stand for those that the document sends to itself.
    if (name.startsWith('w3c')) break
    const writer = run.in.getWriter()
    await writer.write({ type: event.name })
    writer.releaseLock()
    await vi.advanceTimersByTimeAsync(0)
    expect(places()).toEqual(expect.arrayContaining(nextConfiguration.map(keyOf)))
  }
  if (name.startsWith('w3c')) {
    for (let step = 0; step < 50 && run.snapshot.current.status === 'active'; step++)
      await vi.advanceTimersByTimeAsync(200)
    expect(run.state.value).toBe('pass')
  }
  expect(refusals).toEqual([])
  stop.abort()
  await handling

  const restored = restoreRun(machine as never, JSON.parse(JSON.stringify(run)) as never) as typeof run
  expect(restored.head).toBe(run.head)
  expect(restored.state).toEqual(run.state)
})
