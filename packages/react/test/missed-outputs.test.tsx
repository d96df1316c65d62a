// A component that mounts after an output that it would have handled, and the outputs of a genesis.

import { act, render } from '@testing-library/react'
import { createRun, defineMachine, handleOutputs, type OutputHandlers, restoreRun } from '@xmachines/core'
import { useOutputs, useRun } from '@xmachines/react'
import { describe, expect, test } from 'vitest'
import { expectQuietConsole, missed, modes, muteErrors, Retry, takeWarnings, tryAgain } from './modes.tsx'
import { type WorkRun, workOn } from './work.ts'

function Worker({ run, started, from }: { run: WorkRun; started: string[]; from?: 'now' | 'start' }) {
  useOutputs(run, { task: ({ name }) => void started.push(name) }, from === undefined ? {} : { from })
  return null
}

/** Its handler throws at the output `a`. */
function Failing({ run, started }: { run: WorkRun; started: string[] }) {
  useOutputs(run, {
    task: ({ name }) => {
      started.push(name)
      if (name === 'a') throw new Error('it broke')
    },
  })
  return null
}

const renderFailing = (run: WorkRun, started: string[], Mode: (typeof modes)[number][1]) =>
  render(
    <Retry>
      <Failing run={run} started={started} />
    </Retry>,
    { wrapper: Mode },
  )

const send = (run: WorkRun, name: string) => act(async () => void run.in.send({ type: 'DO', name }))
const settle = () => act(async () => {})

describe.each(modes)('a component that mounts after an output %s', (_mode, Mode) => {
  expectQuietConsole()

  test('does not handle it, and the console says so once', async () => {
    const run = workOn('a', 'b')
    const started: string[] = []
    render(<Worker run={run} started={started} />, { wrapper: Mode })
    await send(run, 'c')
    expect(started).toEqual(['c'])
    expect(takeWarnings()).toEqual([missed('task', 0)])
    render(<Worker run={run} started={started} />, { wrapper: Mode })
    await settle()
    expect(takeWarnings()).toEqual([])
  })

  test('handles it if it says so, and ignores it without a warning if it says so', async () => {
    const run = workOn('a')
    const [all, none]: string[][] = [[], []]
    render(<Worker run={run} started={none as string[]} from="now" />, { wrapper: Mode })
    render(<Worker run={run} started={all as string[]} from="start" />, { wrapper: Mode })
    await send(run, 'b')
    expect([all, none]).toEqual([['a', 'b'], ['b']])
  })

  test('is told nothing of what another component handled, or what came before a run was restored', async () => {
    const run = workOn()
    const started: string[] = []
    const first = render(<Worker run={run} started={[]} />, { wrapper: Mode })
    await send(run, 'a')
    render(<Worker run={run} started={started} />, { wrapper: Mode })
    first.unmount()
    const restored = restoreRun(run.machine, run.toJSON())
    render(<Worker run={restored} started={started} />, { wrapper: Mode })
    await send(restored, 'b')
    expect(started).toEqual(['b'])
  })

  test('is told of what came between two components', async () => {
    const run = workOn()
    const first = render(<Worker run={run} started={[]} />, { wrapper: Mode })
    await send(run, 'a')
    first.unmount()
    await send(run, 'b')
    render(<Worker run={run} started={[]} />, { wrapper: Mode })
    await settle()
    expect(takeWarnings()).toEqual([missed('task', 1)])
  })

  test('is told of what came after a component whose handler threw', async () => {
    const run = workOn()
    const unmute = muteErrors()
    const failed = renderFailing(run, [], Mode)
    await send(run, 'a')
    unmute()
    failed.unmount()
    await send(run, 'b')
    render(<Worker run={run} started={[]} />, { wrapper: Mode })
    await settle()
    expect(takeWarnings()).toEqual([missed('task', 1)])
  })

  test('is not told of what a component handled that continues after a handler threw', async () => {
    const run = workOn()
    const started: string[] = []
    const unmute = muteErrors()
    const failed = renderFailing(run, started, Mode)
    await send(run, 'a')
    await tryAgain()
    unmute()
    await send(run, 'b')
    render(<Worker run={run} started={[]} />, { wrapper: Mode })
    failed.unmount()
    render(<Worker run={run} started={[]} />, { wrapper: Mode })
    await settle()
    expect(started).toEqual(['a', 'b'])
    expect(takeWarnings()).toEqual([])
  })

  test('an output that no component of a run has a handler for is warned of once a type', async () => {
    const run = workOn()
    const Other = () => {
      useOutputs(run, {})
      return null
    }
    render([<Other key={1} />, <Other key={2} />], { wrapper: Mode })
    await send(run, 'a')
    await send(run, 'b')
    expect(takeWarnings()).toEqual([expect.stringMatching(/output of type "task", and no handler takes it/)])
  })

  test('an output that handleOutputs takes is not warned of', async () => {
    const run = workOn()
    const stop = new AbortController()
    const handling = handleOutputs(run, { task: () => undefined }, { signal: stop.signal })
    const Other = () => {
      useOutputs(run, {})
      return null
    }
    render(<Other />, { wrapper: Mode })
    await send(run, 'a')
    stop.abort()
    await handling
  })
})

type Output = { type: 'load'; at: number } | { type: 'greet'; at: number }

/** Emits two types of outputs in its genesis, and both again for each `GO`. */
const early = defineMachine<number, { type: 'GO' }, Output>({
  name: 'early',
  version: '1',
  initial: (_input, emit) => {
    emit({ type: 'load', at: 0 })
    emit({ type: 'greet', at: 1 })
    return 2
  },
  on: {
    GO: (at, _event, emit) => {
      emit({ type: 'load', at })
      emit({ type: 'greet', at: at + 1 })
      return at + 2
    },
  },
})

describe.each(modes)('the outputs of a genesis %s', (_mode, Mode) => {
  expectQuietConsole()

  type Handlers = OutputHandlers<Output, { type: 'GO' }>

  const go = (run: { readonly in: { send(event: { type: 'GO' }): unknown } }) =>
    act(async () => void run.in.send({ type: 'GO' }))

  /** Handles these types, and notes which outputs it started. */
  function noting(...types: readonly Output['type'][]): { readonly handlers: Handlers; readonly started: number[] } {
    const started: number[] = []
    return {
      started,
      handlers: Object.fromEntries(types.map((type) => [type, ({ at }: Output) => void started.push(at)])),
    }
  }

  test('are handled by the component that made the run', async () => {
    const { handlers, started } = noting('load', 'greet')
    const Panel = () => {
      useOutputs(useRun(early), handlers)
      return null
    }
    render(<Panel />, { wrapper: Mode })
    await settle()
    expect(started).toEqual([0, 1])
  })

  test('are handled once: those of each type by the first component that has a handler for it', async () => {
    const run = createRun(early)
    const Panel = ({ handlers }: { handlers: Handlers }) => {
      useOutputs(run, handlers)
      return null
    }
    const [first, second, third] = [noting('load'), noting('load', 'greet'), noting('load', 'greet')]
    render(<Panel handlers={first.handlers} />, { wrapper: Mode })
    render(<Panel handlers={second.handlers} />, { wrapper: Mode })
    render(<Panel handlers={third.handlers} />, { wrapper: Mode })
    await settle()
    await go(run)
    expect([first, second, third].map(({ started }) => started)).toEqual([
      [0, 2],
      [1, 2, 3],
      [2, 3],
    ])
    expect(takeWarnings()).toEqual([])
  })

  test('are handled by a component that mounts after other outputs, without those', async () => {
    const run = createRun(early)
    run.in.send({ type: 'GO' })
    const { handlers, started } = noting('greet')
    const Panel = () => {
      useOutputs(run, handlers)
      return null
    }
    render(<Panel />, { wrapper: Mode })
    await go(run)
    expect(started).toEqual([1, 5])
    expect(takeWarnings().toSorted()).toEqual([
      missed('greet', 3),
      expect.stringMatching(/type "load", and no handler takes it/),
    ])
  })

  test('are handled by a component that begins at the start, and then by no other', async () => {
    const run = createRun(early)
    const [all, rest, now] = [noting('load'), noting('load'), noting('greet')]
    const Panel = ({ handlers, from }: { handlers: Handlers; from?: 'start' | 'now' }) => {
      useOutputs(run, handlers, from === undefined ? {} : { from })
      return null
    }
    render(<Panel handlers={now.handlers} from="now" />, { wrapper: Mode })
    render(<Panel handlers={all.handlers} from="start" />, { wrapper: Mode })
    render(<Panel handlers={rest.handlers} />, { wrapper: Mode })
    await go(run)
    expect([all, rest, now].map(({ started }) => started)).toEqual([[0, 2], [2], [3]])
    expect(takeWarnings()).toEqual([])
  })

  test('come without earlier outputs, also for the component that continues after a handler threw', async () => {
    const run = createRun(early)
    run.in.send({ type: 'GO' })
    const started: number[] = []
    const Panel = () => {
      useOutputs(run, {
        load: ({ at }) => void started.push(at),
        greet: ({ at }) => {
          started.push(at)
          if (at === 1) throw new Error('the greeting failed')
        },
      })
      return null
    }
    const unmute = muteErrors()
    render(
      <Retry>
        <Panel />
      </Retry>,
      { wrapper: Mode },
    )
    await settle()
    await tryAgain()
    unmute()
    await go(run)
    expect(started).toEqual([0, 1, 4, 5])
    expect(takeWarnings().toSorted()).toEqual([missed('greet', 3), missed('load', 2)])
  })

  test('of a restored run are not handled again', async () => {
    const run = restoreRun(early, createRun(early).toJSON())
    const { handlers, started } = noting('load', 'greet')
    const Panel = () => {
      useOutputs(run, handlers)
      return null
    }
    render(<Panel />, { wrapper: Mode })
    await go(run)
    expect(started).toEqual([2, 3])
  })
})
