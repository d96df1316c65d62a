// The door, driven by random events as a person would cause them, and held against its machine after each of them.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { createRun, type Run, type RunError } from '@xmachines/core'
import { commandsOf, coverageOf } from '@xmachines/core/testing'
import fc from 'fast-check'
import { expect, userEvent, waitFor, within } from 'storybook/test'

import type { Door, DoorEvent, door } from './door.ts'
import { DoorFlow } from './door-flow.tsx'
import { DoorMachine } from './door-machine.tsx'

// It only tests, so the sidebar does not show it.
const meta: Meta<typeof DoorFlow> = { title: 'Tests/Door', component: DoorFlow, tags: ['!dev'] }

export default meta

type Page = ReturnType<typeof within>

/** What a person does to cause an event. */
async function cause(event: DoorEvent, page: Page): Promise<void> {
  if (event.type === 'OPEN' || event.type === 'CLOSE') {
    await userEvent.click(page.getByRole('button', { name: event.type === 'OPEN' ? 'Open' : 'Close' }))
    return
  }
  const code = page.getByLabelText('Code, four digits')
  await userEvent.clear(code)
  await userEvent.type(code, event.code)
  await userEvent.click(page.getByRole('button', { name: event.type === 'LOCK' ? 'Lock' : 'Unlock' }))
}

/** Compares the page with the machine after an event. */
async function check({ state }: Run<Door, DoorEvent>, page: Page, refusal: RunError | undefined): Promise<void> {
  await expect(await page.findByText(state.at, { selector: 'strong' })).toBeVisible()
  const alert = page.getByRole('alert')
  if (refusal === undefined) await waitFor(() => expect(alert).toBeEmptyDOMElement())
  else await expect(await page.findByText(refusal.reason ?? '', { selector: '[role=alert] *' })).toBeVisible()
}

const code = fc.constantFrom('1234', '1234', '4321', '12')
const events: readonly fc.Arbitrary<DoorEvent>[] = [
  fc.constant({ type: 'OPEN' }),
  fc.constant({ type: 'CLOSE' }),
  code.map((given): DoorEvent => ({ type: 'LOCK', code: given })),
  code.map((given): DoorEvent => ({ type: 'UNLOCK', code: given })),
]

export const DrivenByRandomEvents: StoryObj<typeof meta> = {
  async play({ mount, canvasElement }) {
    const machine = await new Promise<typeof door>((use) => void mount(<DoorMachine use={use} />))
    const command = commandsOf(machine, { send: cause, check })
    const models: Run<Door, DoorEvent>[] = []
    const all = fc.commands(
      events.map((some) => some.map(command)),
      { maxCommands: 20 },
    )
    await fc.assert(
      fc.asyncProperty(all, async (commands) => {
        // Another key is another page, with a run of its own.
        await mount(<DoorFlow key={models.length} />)
        const model = createRun(machine)
        models.push(model)
        await fc.asyncModelRun(() => ({ model, real: within(canvasElement) }), commands)
      }),
      { numRuns: 5, seed: 6 },
    )
    await expect(coverageOf(machine, models).missing).toEqual([])
  },
}
