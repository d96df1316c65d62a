/** The component shows the run of a page, and goes with it. */
import { createRun } from '@xmachines/core'
import { RunInspector } from '@xmachines/inspector/react'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { counter, door } from './machines.ts'

test('RunInspector shows a run, or several to choose from, and is gone once it unmounts', async () => {
  await page.viewport(1000, 700)
  const [one, other] = [createRun(counter), createRun(door)]
  other.in.send({ type: 'OPEN' })
  const host = document.createElement('div')
  document.body.append(host)
  const root = createRoot(host)
  root.render(
    <StrictMode>
      <RunInspector run={[one, other]} />
    </StrictMode>,
  )
  await expect.element(page.getByRole('option', { name: '1 OPEN' })).toBeVisible()
  one.in.send({ type: 'ADD', by: 2 })
  await page.getByRole('combobox', { name: 'Run' }).selectOptions('0')
  await expect.element(page.getByRole('option', { name: '1 ADD by: 2' })).toBeVisible()
  // Another run takes the place of both.
  const third = createRun(door)
  third.in.send({ type: 'LOCK', code: '4321' })
  root.render(
    <StrictMode>
      <RunInspector run={third} />
    </StrictMode>,
  )
  await expect.element(page.getByRole('option', { name: '1 LOCK code: "4321"' })).toBeVisible()
  root.unmount()
  expect(host.childElementCount).toBe(0)
})
