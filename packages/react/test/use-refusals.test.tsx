// Refusals that components receive.

import { act, render } from '@testing-library/react'
import { createRun, type RunError } from '@xmachines/core'
import { useRefusals } from '@xmachines/react'
import { describe, expect, test } from 'vitest'
import { counter } from './machines.ts'
import { caught, expectQuietConsole, modes, muteErrors, Retry, thrownBy, tryAgain } from './modes.tsx'
import { type WorkRun, workOn } from './work.ts'

function Listener({ run, listener }: { run: WorkRun; listener: (refusal: RunError) => void }) {
  useRefusals(run, listener)
  return null
}

const refuse = (run: WorkRun, ...names: readonly string[]) =>
  act(async () => {
    for (const name of names) run.in.send({ type: 'REFUSED', name })
  })

const reason = (refusal: RunError): string => String(refusal.reason)

describe.each(modes)('useRefusals %s', (_mode, Mode) => {
  expectQuietConsole()

  test('calls its listener with each refusal once, in order, whoever sent the batch', async () => {
    const run = workOn()
    const received: string[] = []
    render(<Listener run={run} listener={(refusal) => void received.push(reason(refusal))} />, { wrapper: Mode })
    await refuse(run, 'a', 'b')
    await act(async () => run.ports().in.getWriter().write({ type: 'REFUSED', name: 'c' }))
    expect(received).toEqual(['not a', 'not b', 'not c'])
  })

  test('begins at the first commit, and uses the listener of the latest render', async () => {
    const run = workOn()
    await refuse(run, 'before')
    const received: string[] = []
    const { rerender } = render(<Listener run={run} listener={(refusal) => void received.push(reason(refusal))} />, {
      wrapper: Mode,
    })
    await refuse(run, 'a')
    rerender(<Listener run={run} listener={(refusal) => void received.push(`second ${reason(refusal)}`)} />)
    await refuse(run, 'b')
    expect(received).toEqual(['not a', 'second not b'])
  })

  test('two components each receive every refusal, and none after they unmount', async () => {
    const run = workOn()
    const received: string[] = []
    const note = (who: string) => (refusal: RunError) => void received.push(`${who} ${String(refusal.sequence)}`)
    const { rerender } = render(
      <>
        <Listener run={run} listener={note('one')} />
        <Listener run={run} listener={note('two')} />
      </>,
      { wrapper: Mode },
    )
    await refuse(run, 'a')
    rerender(<Listener run={run} listener={note('one')} />)
    await refuse(run, 'b')
    expect(received.toSorted()).toEqual(['one 0', 'one 0', 'two 0'])
  })

  test('a fatal refusal is received as well', async () => {
    const run = createRun(counter)
    const received: boolean[] = []
    const Panel = () => {
      useRefusals(run, ({ fatal }) => void received.push(fatal))
      return null
    }
    render(<Panel />, { wrapper: Mode })
    await act(async () => void run.in.send({ type: 'BREAK' }))
    expect(received).toEqual([true])
  })
})

test('an error of a listener goes to the nearest error boundary, and the next component continues after that refusal', async () => {
  const run = workOn()
  const received: string[] = []
  const listener = (refusal: RunError): void => {
    received.push(reason(refusal))
    if (received.length === 2) throw new Error('the listener broke')
  }
  const unmute = muteErrors()
  render(
    <Retry>
      <Listener run={run} listener={listener} />
    </Retry>,
  )
  await refuse(run, 'a', 'b', 'c')
  expect(caught()).toBe('the listener broke')
  await refuse(run, 'd')
  await tryAgain()
  unmute()
  expect(received).toEqual(['not a', 'not b', 'not c', 'not d'])
})

test('a component with another listener does not continue at the position of one that threw', async () => {
  const run = workOn()
  const received: string[] = []
  const Other = () => {
    useRefusals(run, (refusal) => void received.push(`other ${reason(refusal)}`))
    return null
  }
  const failing = (refusal: RunError): void => {
    received.push(reason(refusal))
    if (received.length === 1) throw new Error('the listener broke')
  }
  const unmute = muteErrors()
  render(
    <Retry>
      <Listener run={run} listener={failing} />
    </Retry>,
  )
  await refuse(run, 'a', 'b')
  render(<Other />)
  await refuse(run, 'c')
  await tryAgain()
  unmute()
  expect(received.toSorted()).toEqual(['not a', 'not b', 'not c', 'other not c'])
})

test.each([
  ['undefined', undefined],
  ['null', null],
  ['[object Object]', {}],
])('useRefusals refuses %s, which is not a run', (given, run) => {
  const thrown = thrownBy(() => {
    useRefusals(run as never, () => {})
    return null
  })
  expect(thrown).toBeInstanceOf(TypeError)
  expect(thrown).toMatchObject({ message: `useRefusals takes a run, not ${given}` })
})

test('useRefusals refuses a listener that is not a function', () => {
  const run = workOn()
  const unmute = muteErrors()
  expect(() => render(<Listener run={run} listener={'no' as never} />)).toThrow(
    'useRefusals takes a listener function, not no',
  )
  unmute()
})
