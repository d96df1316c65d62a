/** The button on the page, and the plugin of TanStack Devtools: both show all runs of the page. */
import { createRun } from '@xmachines/core'
import { inspect } from '@xmachines/inspector'
import { inspectorPlugin } from '@xmachines/inspector/tanstack'
import { afterEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { counter, door } from './machines.ts'

let end = (): void => undefined

afterEach(() => {
  end()
  document.documentElement.style.colorScheme = ''
  document.body.replaceChildren()
})

test('a button opens the runs of the page, those from before it too, and closes them', async () => {
  const early = createRun(door)
  early.in.send({ type: 'OPEN' })
  const unused = createRun(door)
  end = inspect()
  const button = page.getByRole('button', { name: 'Runs' })
  await userEvent.click(button)
  await expect.element(page.getByRole('option', { name: '1 OPEN' })).toBeVisible()
  const late = createRun(counter)
  late.in.send({ type: 'ADD', by: 1 })
  const runs = page.getByRole('combobox', { name: 'Run' })
  await expect.element(runs.getByRole('option', { name: /^counter / })).toBeInTheDocument()
  expect([...(runs.element() as HTMLSelectElement).options].map(({ text }) => text.split(' ')[1])).toEqual([
    early.id.slice(0, 7),
    late.id.slice(0, 7),
  ])
  expect(unused.state).toEqual({ at: 'closed' })
  const edge = page.getByRole('separator', { name: 'Height' })
  ;(edge.element() as HTMLElement).focus()
  await userEvent.keyboard('{ArrowUp}')
  await expect.element(edge).toHaveAttribute('aria-valuenow', '50')
  await userEvent.keyboard('{Escape}')
  await expect.element(button).toBeVisible()
  end()
  expect(document.body.childElementCount).toBe(0)
})

test('the button and what it opens are used by keyboard, in the colour scheme of the page', async () => {
  document.documentElement.style.colorScheme = 'dark'
  createRun(door).in.send({ type: 'OPEN' })
  end = inspect()
  const button = page.getByRole('button', { name: 'Runs' })
  ;(button.element() as HTMLElement).focus()
  await userEvent.keyboard('{Enter}')
  const panel = page.getByRole('region', { name: 'Inspector' })
  await expect.element(panel).toBeVisible()
  expect(getComputedStyle(panel.element()).colorScheme).toBe('dark')
  await userEvent.keyboard('{Escape}')
  await expect.element(button).toBeVisible()
  await userEvent.keyboard('{Enter}')
  await expect.element(panel).toBeVisible()
})

test('a plugin of TanStack Devtools shows the runs in the theme of the devtools, and is gone once it is destroyed', async () => {
  const run = createRun(door)
  run.in.send({ type: 'LOCK', code: '1234' })
  const element = document.createElement('div')
  document.body.append(element)
  const plugin = inspectorPlugin()
  expect(plugin.name).toBe('Runs')
  plugin.render(element, { theme: 'dark' })
  await expect.element(page.getByRole('option', { name: '1 LOCK code: "1234"' })).toBeVisible()
  expect(getComputedStyle(page.getByRole('region', { name: 'Inspector' }).element()).colorScheme).toBe('dark')
  plugin.destroy()
  await expect.element(page.getByRole('region', { name: 'Inspector' })).not.toBeInTheDocument()
})
