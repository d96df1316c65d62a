// Typing with the keys of a real browser into a controlled input whose value is the state of a run.

import { render } from '@testing-library/react'
import { createRun } from '@xmachines/core'
import { useRun, useSend, useSnapshot } from '@xmachines/react'
import type { ChangeEvent } from 'react'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { userEvent } from 'vitest/browser'
import { field } from './machines.ts'
import { expectQuietConsole, modes } from './modes.tsx'

beforeEach(() => {
  // Keys come from the browser, as they do on a page.
  vi.stubGlobal('IS_REACT_ACT_ENVIRONMENT', false)
})
afterEach(() => {
  vi.unstubAllGlobals()
})

/** The events that a component may send for a keystroke. */
const ways = [
  ['one event', (text: string) => [{ type: 'TYPED', text } as const]],
  ['two events', (text: string) => [{ type: 'TYPED', text } as const, { type: 'COUNTED' } as const]],
] as const

describe.each(modes)('typing in the middle of a controlled input %s keeps the caret', (_mode, Mode) => {
  expectQuietConsole()

  async function typeInto(input: HTMLInputElement) {
    await userEvent.click(input)
    input.setSelectionRange(1, 1)
    await userEvent.keyboard('XYZ')
  }

  describe.each(ways)('if each keystroke sends %s', (_title, eventsFor) => {
    test.each([
      ['one by one', true],
      ['as a batch', false],
    ])('%s', async (_way, oneByOne) => {
      const Panel = () => {
        const run = useRun(field)
        const { text, typed } = useSnapshot(run, ({ state }) => state)
        const send = useSend(run)
        const onChange = ({ target }: ChangeEvent<HTMLInputElement>) => {
          if (oneByOne) for (const event of eventsFor(target.value)) send(event)
          else send(eventsFor(target.value))
        }
        return (
          <label>
            text <input value={text} onChange={onChange} /> <output>{typed}</output>
          </label>
        )
      }
      const { container } = render(<Panel />, { wrapper: Mode })
      const input = container.querySelector('input') as HTMLInputElement
      await typeInto(input)
      await vi.waitFor(() => expect(input.value).toBe('hXYZello'))
      expect(input.selectionStart).toBe(4)
      expect(container.querySelector('output')?.textContent).toBe(eventsFor('').length === 2 ? '3' : '0')
    })
  })

  test('even while events come through a stream', async () => {
    const run = createRun(field)
    const Panel = () => {
      const { text, typed } = useSnapshot(run, ({ state }) => state)
      const send = useSend(run)
      return (
        <label>
          text <input value={text} onChange={({ target }) => send({ type: 'TYPED', text: target.value })} />
          <output>{typed}</output>
        </label>
      )
    }
    const { container } = render(<Panel />, { wrapper: Mode })
    const input = container.querySelector('input') as HTMLInputElement
    const stopped = new AbortController()
    const { port1, port2 } = new MessageChannel()
    const counted = new ReadableStream<{ type: 'COUNTED' }>({
      start(controller) {
        port1.onmessage = () => {
          if (stopped.signal.aborted) return controller.close()
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue({ type: 'COUNTED' })
          port2.postMessage(undefined)
        }
        port2.postMessage(undefined)
      },
    })
    const piped = counted.pipeTo(run.ports().in)
    await typeInto(input)
    stopped.abort()
    await piped
    port1.close()
    await vi.waitFor(() => expect(input.value).toBe('hXYZello'))
    expect(input.selectionStart).toBe(4)
    expect(run.snapshot.current.state.typed).toBeGreaterThan(0)
  })
})
