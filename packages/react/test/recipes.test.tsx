// The recipes of docs/recipes.md with components: the page shows the files in `recipes`, and here they are used.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { act, fireEvent, render, screen } from '@testing-library/react'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { expectQuietConsole, modes } from './modes.tsx'
import { Catalogue, run as shop, Takings } from './recipes/derived-values.tsx'
import { SignUp } from './recipes/form.tsx'
import { Race } from './recipes/list-of-runs.tsx'
import { Game } from './recipes/reset.tsx'

const page = readFileSync(join(import.meta.dirname, '../../../docs/recipes.md'), 'utf8')

test.each(['reset', 'form', 'list-of-runs', 'derived-values'])('the page shows %s as it is run here', (name) => {
  const code = readFileSync(join(import.meta.dirname, `recipes/${name}.tsx`), 'utf8')
  expect(page).toContain(`\`\`\`tsx\n${code}\`\`\``)
})

describe.each(modes)('%s', (_mode, Mode) => {
  expectQuietConsole()
  const press = (name: string) => fireEvent.click(screen.getByRole('button', { name }))

  test('a reset goes back to 0 points, and a new game begins with 0', () => {
    const { container } = render(<Game />, { wrapper: Mode })
    const points = () => container.querySelector('output')?.textContent
    press('Point')
    press('Point')
    expect(points()).toBe('2')
    press('Reset')
    expect(points()).toBe('0')
    press('Point')
    press('New game')
    expect(points()).toBe('0')
  })

  test('a form says what is missing, sends once, and keeps its values if they are rejected', async () => {
    const post = vi.fn(async () => post.mock.calls.length > 1)
    const { container } = render(<SignUp post={post} />, { wrapper: Mode })
    const type = (name: RegExp, value: string) => fireEvent.change(screen.getByLabelText(name), { target: { value } })
    type(/Name/, 'Ada')
    press('Sign up')
    expect(container.textContent).toContain('Enter an address with an @.')
    expect(post).not.toHaveBeenCalled()
    type(/E-mail/, 'ada@example.org')
    expect(container.textContent).not.toContain('Enter')
    await act(async () => press('Sign up'))
    await vi.waitFor(() => expect(screen.getByRole('button', { name: 'Sign up' })).toHaveProperty('disabled', false))
    expect(screen.getByLabelText(/Name/)).toHaveProperty('value', 'Ada')
    await act(async () => press('Sign up'))
    expect((await screen.findByRole('status')).textContent).toBe('Welcome, Ada.')
    expect(post).toHaveBeenCalledTimes(2)
    expect(new Set(post.mock.calls.map(([, key]: readonly unknown[]) => key)).size).toBe(2)
  })

  test('a form without an answer in ten seconds can be sent again', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const signals: AbortSignal[] = []
    const post = (_values: object, _key: string, signal: AbortSignal) =>
      new Promise<boolean>(() => void signals.push(signal))
    render(<SignUp post={post} />, { wrapper: Mode })
    const button = () => screen.getByRole('button', { name: 'Sign up' })
    for (const [label, value] of [
      [/Name/, 'Ada'],
      [/E-mail/, 'ada@example.org'],
    ] as const) {
      fireEvent.change(screen.getByLabelText(label), { target: { value } })
    }
    await act(async () => press('Sign up'))
    expect(button()).toHaveProperty('disabled', true)
    await act(async () => void (await vi.advanceTimersByTimeAsync(10_200)))
    expect(button()).toHaveProperty('disabled', false)
    expect(signals.map(({ aborted }) => aborted)).toEqual([true])
  })

  test('each runner has laps of its own, and one that leaves takes nothing from the others', () => {
    const { container } = render(<Race />, { wrapper: Mode })
    const laps = () => [...container.querySelectorAll('li')].map((row) => row.textContent?.slice(0, 6))
    press('Another runner')
    press('Another runner')
    fireEvent.click(screen.getAllByRole('button', { name: 'Lap' })[1] as HTMLElement)
    expect(laps()).toEqual(['0 laps', '1 laps'])
    fireEvent.click(screen.getAllByRole('button', { name: 'Leave' })[0] as HTMLElement)
    expect(laps()).toEqual(['1 laps'])
  })

  test('a derived value changes with what it is derived from, and is not computed for anything else', () => {
    const sort = vi.fn((items: Parameters<Parameters<typeof Catalogue>[0]['sort']>[0]) =>
      items.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    )
    render(
      <>
        <Takings />
        <Catalogue sort={sort} />
      </>,
      { wrapper: Mode },
    )
    const stock = shop.state.items.length
    act(
      () =>
        void shop.in.send([
          { type: 'STOCKED', name: `pen ${stock}`, cents: 250 },
          { type: 'STOCKED', name: `ink ${stock}`, cents: 900 },
        ]),
    )
    expect(screen.getByLabelText('Catalogue').textContent).toMatch(new RegExp(`ink ${stock}.*pen ${stock}`))
    const before = Number(screen.getByLabelText('Takings').textContent)
    act(() => void shop.in.send({ type: 'SOLD', name: `pen ${stock}` }))
    expect(screen.getByLabelText('Takings').textContent).toBe(String(before + 250))
    const calls = sort.mock.calls.length
    act(() => void shop.in.send({ type: 'MOTTO', motto: 'write more' }))
    expect(sort).toHaveBeenCalledTimes(calls)
  })
})
