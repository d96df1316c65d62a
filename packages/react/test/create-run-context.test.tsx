// A run that a context provides to a tree of components.

import { act, render, screen } from '@testing-library/react'
import { createRun, defineMachine } from '@xmachines/core'
import { createRunContext, useSnapshot } from '@xmachines/react'
import { type ReactNode, useEffect } from 'react'
import { describe, expect, test } from 'vitest'
import { type CounterEvent, counter } from './machines.ts'
import { expectQuietConsole, modes, muteErrors, thrownBy } from './modes.tsx'
import { work } from './work.ts'

const Counter = createRunContext(counter)

function Count() {
  return <p>{Counter.useSnapshot(({ state }) => state.count)}</p>
}

function Inc() {
  const send = Counter.useSend()
  return (
    <button type="button" onClick={() => send({ type: 'INC' })}>
      more
    </button>
  )
}

describe.each(modes)('createRunContext %s', (_mode, Mode) => {
  expectQuietConsole()

  test('its Provider makes a run that every component below shows and sends to', () => {
    const ids = new Set<string>()
    const Id = () => {
      const run = Counter.useRun()
      useEffect(() => void ids.add(run.id))
      return null
    }
    const { container, rerender } = render(
      <Counter.Provider>
        <Id />
        <Count />
        <Inc />
      </Counter.Provider>,
      { wrapper: Mode },
    )
    act(() => screen.getByRole('button').click())
    expect(container.querySelector('p')?.textContent).toBe('1')
    rerender(
      <Counter.Provider>
        <Id />
        <Count />
      </Counter.Provider>,
    )
    expect(container.querySelector('p')?.textContent).toBe('1')
    expect(ids.size).toBe(1)
  })

  test('its Provider provides the run that it receives', () => {
    const run = createRun(counter)
    const Outside = () => <i>{useSnapshot(run, ({ state }) => state.count)}</i>
    const { container } = render(
      <>
        <Outside />
        <Counter.Provider run={run}>
          <Count />
          <Inc />
        </Counter.Provider>
      </>,
      { wrapper: Mode },
    )
    act(() => screen.getByRole('button').click())
    expect(container.textContent).toBe('11more')
  })

  test('its Provider takes the options of useRun: a history, or the input of the machine', () => {
    const original = createRun(counter)
    original.in.send([{ type: 'INC' }, { type: 'INC' }])
    const room = defineMachine<{ doors: number }, CounterEvent, never, { doors: number }>({
      name: 'room',
      version: '1',
      initial: ({ doors }) => ({ doors }),
      on: {},
    })
    const Room = createRunContext(room)
    const Doors = () => <b>{Room.useSnapshot().state.doors}</b>
    const { container } = render(
      <Counter.Provider history={original.toJSON()}>
        <Count />
        <Room.Provider input={{ doors: 3 }}>
          <Doors />
        </Room.Provider>
      </Counter.Provider>,
      { wrapper: Mode },
    )
    expect(container.textContent).toBe('23')
  })

  test('components use the nearest run, and a second context of one machine is separate', () => {
    const Other = createRunContext(counter)
    const [near, far, other] = [createRun(counter), createRun(counter), createRun(counter)]
    for (const [run, times] of [[near, 1] as const, [far, 2] as const, [other, 3] as const]) {
      for (let time = 0; time < times; time++) run.in.send({ type: 'INC' })
    }
    const OtherCount = () => <p>{Other.useSnapshot(({ state }) => state.count)}</p>
    const { container } = render(
      <Counter.Provider run={far}>
        <Other.Provider run={other}>
          <Count />
          <Counter.Provider run={near}>
            <Count />
            <OtherCount />
          </Counter.Provider>
        </Other.Provider>
      </Counter.Provider>,
      { wrapper: Mode },
    )
    expect([...container.querySelectorAll('p')].map(({ textContent }) => textContent)).toEqual(['2', '1', '3'])
  })

  test('contexts that a factory makes for machines of one name and version are separate, also nested', () => {
    const stepper = (by: number) =>
      createRunContext(
        defineMachine<number, { type: 'STEP' }>({
          name: 'stepper',
          version: '1',
          initial: 0,
          on: { STEP: (total) => total + by },
        }),
      )
    const contexts = [stepper(1), stepper(10), stepper(100)] as const
    const [Ones, Tens, Hundreds] = contexts
    const Step = ({ context: { useSend, useSnapshot } }: { context: (typeof contexts)[number] }) => {
      const send = useSend()
      return (
        <button type="button" onClick={() => send({ type: 'STEP' })}>
          {useSnapshot(({ state }) => state)}
        </button>
      )
    }
    const { container } = render(
      <Ones.Provider>
        <Tens.Provider>
          <Hundreds.Provider>
            <Step context={Ones} />
            <Step context={Tens} />
            <Step context={Hundreds} />
          </Hundreds.Provider>
        </Tens.Provider>
      </Ones.Provider>,
      { wrapper: Mode },
    )
    for (const button of screen.getAllByRole('button')) act(() => button.click())
    expect([...container.querySelectorAll('button')].map(({ textContent }) => textContent)).toEqual(['1', '10', '100'])
    expect(new Set(contexts).size).toBe(3)
  })

  test('its useOutputs and useRefusals follow the run', async () => {
    const Work = createRunContext(work)
    const run = createRun(work)
    const received: string[] = []
    const Panel = () => {
      Work.useOutputs({ task: ({ name }) => ({ type: 'DID', name }) })
      Work.useRefusals(({ reason }) => void received.push(String(reason)))
      return null
    }
    render(
      <Work.Provider run={run}>
        <Panel />
      </Work.Provider>,
      { wrapper: Mode },
    )
    await act(async () => {
      run.in.send({ type: 'DO', name: 'a' })
      run.in.send({ type: 'REFUSED', name: 'b' })
    })
    expect(run.snapshot.current.state.done).toEqual(['a'])
    expect(received).toEqual(['not b'])
  })
})

test.each([
  ['undefined', undefined],
  ['null', null],
])('createRunContext refuses %s, which is not a machine', (given, machine) => {
  expect(() => createRunContext(machine as never)).toThrow(
    new TypeError(`createRunContext takes a machine that defineMachine made, not ${given}`),
  )
})

test.each([
  ['null', null],
  ['[object Object]', {}],
])('its Provider refuses %s, which is not a run', (given, run) => {
  const thrown = thrownBy(() => <Counter.Provider run={run as never} />)
  expect(thrown).toBeInstanceOf(TypeError)
  expect(thrown).toMatchObject({ message: `Provider takes a run, not ${given}` })
})

test.each<[string, () => ReactNode]>([
  ['useRun', () => Counter.useRun().id],
  ['useSnapshot', () => Counter.useSnapshot().sequence],
  ['useSend', () => (Counter.useSend(), null)],
  ['useOutputs', () => (Counter.useOutputs({}), null)],
  ['useRefusals', () => (Counter.useRefusals(() => {}), null)],
])('%s throws if there is no Provider above', (_hook, Panel) => {
  const unmute = muteErrors()
  expect(() => render(<Panel />)).toThrow('No Provider above gives a run of counter@1. Render it below its Provider.')
  unmute()
})
