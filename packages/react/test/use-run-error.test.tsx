// Refusals told to components.

import { act, render } from '@testing-library/react'
import { createRun, type RunError } from '@xmachines/core'
import { useRunError } from '@xmachines/react'
import { describe, expect, test } from 'vitest'
import { counter } from './machines.ts'
import { caught, expectQuietConsole, modes, muteErrors, Retry, tryAgain } from './modes.tsx'
import { type WorkRun, workOn } from './work.ts'

function Listener({ run, listener }: { run: WorkRun; listener: (refusal: RunError) => void }) {
  useRunError(run, listener)
  return null
}

const refuse = (run: WorkRun, ...names: readonly string[]) =>
  act(async () => {
    for (const name of names) run.in.send({ type: 'REFUSED', name })
  })

const reason = ({ cause }: RunError): string => String(cause)

describe.each(modes)('useRunError %s', (_mode, Mode) => {
  expectQuietConsole()

  test('tells each refusal once, in order, whoever sent what was refused', async () => {
    const run = workOn()
    const told: string[] = []
    render(<Listener run={run} listener={(refusal) => void told.push(reason(refusal))} />, { wrapper: Mode })
    await refuse(run, 'a', 'b')
    await act(async () => run.ports().in.getWriter().write({ type: 'REFUSED', name: 'c' }))
    expect(told).toEqual(['Error: not a', 'Error: not b', 'Error: not c'])
  })

  test('begins at the first commit, and uses the listener of the latest render', async () => {
    const run = workOn()
    await refuse(run, 'before')
    const told: string[] = []
    const { rerender } = render(<Listener run={run} listener={(refusal) => void told.push(reason(refusal))} />, {
      wrapper: Mode,
    })
    await refuse(run, 'a')
    rerender(<Listener run={run} listener={(refusal) => void told.push(`second ${reason(refusal)}`)} />)
    await refuse(run, 'b')
    expect(told).toEqual(['Error: not a', 'second Error: not b'])
  })

  test('two components are told of each, and none is told once it is unmounted', async () => {
    const run = workOn()
    const told: string[] = []
    const note = (who: string) => (refusal: RunError) => void told.push(`${who} ${String(refusal.sequence)}`)
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
    expect(told.toSorted()).toEqual(['one 0', 'one 0', 'two 0'])
  })

  test('a fatal refusal is told too', async () => {
    const run = createRun(counter)
    const told: boolean[] = []
    const Panel = () => {
      useRunError(run, ({ fatal }) => void told.push(fatal))
      return null
    }
    render(<Panel />, { wrapper: Mode })
    await act(async () => void run.in.send({ type: 'BREAK' }))
    expect(told).toEqual([true])
  })
})

test('a listener that throws throws to the nearest error boundary, and whoever comes next goes on behind that refusal', async () => {
  const run = workOn()
  const told: string[] = []
  const listener = (refusal: RunError): void => {
    told.push(reason(refusal))
    if (told.length === 2) throw new Error('the listener broke')
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
  expect(told).toEqual(['Error: not a', 'Error: not b', 'Error: not c', 'Error: not d'])
})

test('useRunError refuses what is no listener', () => {
  const run = workOn()
  const unmute = muteErrors()
  expect(() => render(<Listener run={run} listener={'no' as never} />)).toThrow('useRunError takes a listener, not no')
  unmute()
})
