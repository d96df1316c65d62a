/** The plugin in the real TanStack Devtools: on a page without a framework, and in their binding for React. */
import { TanStackDevtoolsCore } from '@tanstack/devtools'
import { TanStackDevtools, type TanStackDevtoolsReactPlugin } from '@tanstack/react-devtools'
import { createRun } from '@xmachines/core'
import { RunInspector } from '@xmachines/inspector/react'
import { inspectorPlugin } from '@xmachines/inspector/tanstack'
import { createRoot } from 'react-dom/client'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { page, userEvent } from 'vitest/browser'
import { door } from './machines.ts'

let end = (): void => undefined

beforeEach(async () => {
  await page.viewport(1100, 800)
  // The devtools keep there what was open.
  localStorage.clear()
})

afterEach(() => {
  end()
  document.body.replaceChildren()
})

function place(): HTMLElement {
  const element = document.createElement('div')
  document.body.append(element)
  return element
}

/** Opens the devtools, and their plugin with the runs. */
async function open(): Promise<void> {
  await userEvent.click(page.getByRole('button', { name: 'Open TanStack Devtools' }))
  await userEvent.click(page.getByText('Runs', { exact: true }))
}

test('TanStack Devtools show the runs of the page, follow them, and close them', async () => {
  const run = createRun(door)
  run.in.send({ type: 'OPEN' })
  const devtools = new TanStackDevtoolsCore({ plugins: [inspectorPlugin()], config: { theme: 'light' } })
  devtools.mount(place())
  end = () => devtools.unmount()
  await open()
  await expect.element(page.getByRole('option', { name: '1 OPEN' })).toBeVisible()
  const panel = page.getByRole('region', { name: 'Inspector' })
  expect(getComputedStyle(panel.element()).colorScheme).toBe('light')
  run.in.send({ type: 'CLOSE' })
  await expect.element(page.getByRole('option', { name: '2 CLOSE' })).toHaveAttribute('aria-selected', 'true')
  await userEvent.click(page.getByRole('button', { name: 'Close TanStack Devtools' }))
  await expect.element(panel).not.toBeInTheDocument()
})

test('their binding for React shows the inspector as a component, in the theme of the devtools', async () => {
  const run = createRun(door)
  run.in.send({ type: 'LOCK', code: '1234' })
  const root = createRoot(place())
  end = () => root.unmount()
  const plugin: TanStackDevtoolsReactPlugin = {
    name: 'Runs',
    render: (_element, { theme }) => <RunInspector style={{ colorScheme: theme }} />,
  }
  root.render(<TanStackDevtools plugins={[plugin]} config={{ theme: 'dark' }} />)
  await open()
  await expect.element(page.getByRole('option', { name: '1 LOCK code: "1234"' })).toBeVisible()
  expect(getComputedStyle(page.getByRole('region', { name: 'Inspector' }).element()).colorScheme).toBe('dark')
})
