// The examples of the docstrings and of the README are the files in `examples`. Here they are used as a person would.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { act, fireEvent, render, screen } from '@testing-library/react'
import { createRun, defineMachine } from '@xmachines/core'
import { describe, expect, test } from 'vitest'
import { Shop } from './examples/create-run-context.tsx'
import { DoorPanel } from './examples/door-panel.tsx'
import { WeatherPanel } from './examples/use-outputs.tsx'
import { GlassPanel } from './examples/use-refusals.tsx'
import { Counter } from './examples/use-run.tsx'
import { TillPanel } from './examples/use-send.tsx'
import { LampPanel, run as lampRun } from './examples/use-snapshot.tsx'
import { expectQuietConsole, modes } from './modes.tsx'
import { renderOpened } from './opening.tsx'

const text = (path: string) => readFileSync(join(import.meta.dirname, path), 'utf8')

const names = [
  'use-run',
  'use-snapshot',
  'use-send',
  'use-outputs',
  'use-refusals',
  'create-run-context',
  'shallow',
  'connected/use-connected-run',
]

test.each(names)('the docstring of %s contains the example that is run here', (name) => {
  const docstring = /@example\n \* ```tsx\n(.*?) \* ```/s.exec(text(`../src/${name}.ts`))?.[1] ?? ''
  expect(docstring.replaceAll(/^ \* ?/gm, '')).toBe(text(`examples/${name}.tsx`))
})

test('the README contains the example that is run here', () => {
  expect(text('../README.md')).toContain(`\`\`\`tsx\n${text('examples/door-panel.tsx')}\`\`\``)
})

describe.each(modes)('%s', (_mode, Mode) => {
  expectQuietConsole()

  test('the door opens, locks, and refuses a wrong code', async () => {
    const { container } = await renderOpened(<DoorPanel />, Mode)
    const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }))
    const shown = () => container.querySelector('output')?.textContent
    expect(shown()).toBe('closed')
    press('Open')
    expect(shown()).toBe('open')
    expect(screen.getByRole('button', { name: 'Open' })).toHaveProperty('disabled', true)
    press('Close and lock')
    expect(shown()).toBe('locked')
  })

  test('the counter counts, and continues from a history if there is one', () => {
    const machine = defineMachine<number, { type: 'PRESSED' }>({
      name: 'counter',
      version: '1',
      initial: 0,
      on: { PRESSED: (count) => count + 1 },
    })
    const run = createRun(machine)
    run.in.send([{ type: 'PRESSED' }, { type: 'PRESSED' }])
    for (const [history, count] of [[undefined, 1] as const, [run.toJSON(), 3] as const]) {
      const { container, unmount } = render(<Counter {...(history && { history })} />, { wrapper: Mode })
      fireEvent.click(screen.getByRole('button'))
      expect(container.textContent).toBe(`pressed ${count} times`)
      if (history) expect(screen.getByRole('button').dataset['run']).toBe(run.id)
      unmount()
    }
  })

  test('the till takes both coins or none', () => {
    const { container } = render(<TillPanel />, { wrapper: Mode })
    const shown = () => container.querySelector('output')?.textContent
    fireEvent.click(screen.getByRole('button', { name: '70 cents in two coins' }))
    expect(shown()).toBe('70')
    fireEvent.click(screen.getByRole('button', { name: '50 cents and minus 20' }))
    expect(shown()).toBe('REFUSED')
    fireEvent.click(screen.getByRole('button', { name: '70 cents in two coins' }))
    expect(shown()).toBe('140')
  })

  test('the lamp shows the state of its run', () => {
    const { container } = render(<LampPanel />, { wrapper: Mode })
    const { sequence, state } = lampRun.snapshot.current
    expect(container.textContent).toBe(`${state.at} after ${sequence} batches`)
    act(() => void lampRun.in.send({ type: 'TOGGLE' }))
    const toggled = state.at === 'on' ? 'off' : 'on'
    expect(container.textContent).toBe(`${toggled} after ${sequence + 1} batches`)
  })

  test('the weather is requested once, and its answer is shown', async () => {
    const asked: string[] = []
    const ask = async (city: string) => asked.push(city) + 20
    const { container } = render(<WeatherPanel ask={ask} />, { wrapper: Mode })
    await act(async () => screen.getByRole('button').click())
    await act(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))))
    expect(container.textContent).toBe('21 °C in Bern')
    expect(asked).toEqual(['Bern'])
  })

  test('the glass says why it cannot be filled any more', async () => {
    const { container } = render(<GlassPanel />, { wrapper: Mode })
    for (let time = 0; time < 2; time++) await act(async () => screen.getByRole('button').click())
    expect(container.querySelector('button')?.textContent).toBe('60% full')
    expect(container.querySelector('li')?.textContent).toMatch(/the glass would overflow$/)
  })

  test('the basket counts the items that any button below its Provider adds', () => {
    const { container } = render(<Shop />, { wrapper: Mode })
    fireEvent.click(screen.getByRole('button'))
    fireEvent.click(screen.getByRole('button'))
    expect(container.querySelector('output')?.textContent).toBe('2')
  })
})
