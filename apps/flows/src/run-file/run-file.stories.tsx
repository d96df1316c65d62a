// Opening run files, to do by hand, and driven by a play function in light and dark.

import type { Meta, StoryObj } from '@storybook/react-vite'
import { createRun, defineMachine } from '@xmachines/core'
import { captureRun } from '@xmachines/core/capture'
import { expect, fireEvent, userEvent, waitFor, within } from 'storybook/test'

import type { door } from '../door/door.ts'
import { DoorMachine } from '../door/door-machine.tsx'
import { fileNameOf, fileOf } from '../save-restore/run-file.ts'
import { RunFileFlow } from './run-file-flow.tsx'

const meta: Meta<typeof RunFileFlow> = { title: 'Flows/Open a run file', component: RunFileFlow }

export default meta

type Story = StoryObj<typeof meta>

export const ByHand: Story = { name: 'Open a run file' }

/** A file that somebody sent: a locked door, and a code that was refused. The code itself is not in it. */
function doorFile(machine: typeof door): File {
  const run = createRun(machine)
  run.in.send({ type: 'OPEN' })
  run.in.send([{ type: 'CLOSE' }, { type: 'LOCK', code: '1234' }])
  run.in.send({ type: 'UNLOCK', code: '99' })
  const captured = captureRun(run, { redact: ['events.*.code'] })
  return new File([JSON.stringify(captured)], fileNameOf(run), { type: 'application/json' })
}

const MODULE = `import { defineMachine } from '@xmachines/core'

export const lamp = defineMachine({
  name: 'lamp',
  version: '1',
  initial: { at: 'off', presses: 0 },
  states: {
    off: { PRESS: ({ presses }) => ({ at: 'on', presses: presses + 1 }) },
    on: { PRESS: ({ presses }) => ({ at: 'off', presses: presses + 1 }) },
  },
})
`

/** The file of a run of that lamp, which was pressed three times. */
function lampFile(): File {
  const lamp = defineMachine<{ at: 'off' | 'on'; presses: number }, { type: 'PRESS' }>({
    name: 'lamp',
    version: '1',
    initial: { at: 'off', presses: 0 },
    on: { PRESS: ({ at, presses }) => ({ at: at === 'off' ? 'on' : 'off', presses: presses + 1 }) },
  })
  const run = createRun(lamp)
  for (let press = 0; press < 3; press++) run.in.send({ type: 'PRESS' })
  return fileOf(run)
}

function drop(...files: readonly File[]): void {
  const dataTransfer = new DataTransfer()
  for (const file of files) dataTransfer.items.add(file)
  document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
}

export const Driven: Story = {
  tags: ['!dev'],
  async play({ canvas, mount, step }) {
    const machine = await new Promise<typeof door>((use) => void mount(<DoorMachine use={use} />))
    await mount(<RunFileFlow />)
    const region = (name: string) => within(canvas.getByRole('region', { name }))

    await step('a sample is at hand', async () => {
      await userEvent.click(canvas.getByRole('button', { name: 'Open a sample' }))
      await expect(await canvas.findByText(/^It continues from sequence 3/)).toBeVisible()
      await expect(await region('Replay').findByText('at: "closed" → "locked"')).toBeVisible()
    })

    await step('a captured run of a flow is opened by the name of its machine, with its refusals', async () => {
      drop(doorFile(machine))
      await expect(await canvas.findByText(/^It continues from sequence 2/)).toBeVisible()
      await expect(region('Run').getByText('door@1')).toBeVisible()
      await expect(await region('Run').findByText(/"code": "0000"/)).toBeVisible()
      await expect(region('Captured refusals').getByText('[{"type":"UNLOCK","code":"00"}]')).toBeVisible()
    })

    await step('the slider shows the state after each commit', async () => {
      const slider = canvas.getByLabelText('Commit')
      await waitFor(() => expect(slider).toHaveAttribute('aria-valuetext', '2 of 2'))
      await fireEvent.change(slider, { target: { value: '1' } })
      await expect(region('Run').getByText(/"at": "open"/)).toBeVisible()
      await expect(region('Replay').getByText(/"at": "open"/)).toBeVisible()
      await expect(region('Replay').getByText('at: "closed" → "open"')).toBeVisible()
    })

    await step('the run is there as a test', async () => {
      await userEvent.click(canvas.getByText('As a test'))
      await expect(await canvas.findByText(/expect\(run\.in\.send\(\{ type: 'OPEN' \}\)\)/)).toBeVisible()
      await expect(canvas.getByText(/type: 'UNLOCK', code: '00' \}\)\?\.code\)\.toBe\('REFUSED'\)/)).toBeVisible()
    })

    await step('a run of a machine that no flow has is refused, until its module is dropped', async () => {
      drop(lampFile())
      await expect(await canvas.findByText('MACHINE_MISMATCH')).toBeVisible()
      await expect(region('Run').getByText('door@1')).toBeVisible()
      drop(new File([MODULE], 'lamp.mjs', { type: 'text/javascript' }))
      await expect(await region('Run').findByText('lamp@1')).toBeVisible()
      await expect(region('Run').getByText(/"presses": 3/)).toBeVisible()
    })

    await step('a module without a machine, and a file that is no run, are refused', async () => {
      drop(new File(['export const nothing = 1'], 'nothing.js'))
      await expect(await canvas.findByText(/nothing\.js exports no machine/)).toBeVisible()
      drop(new File(['Dear diary'], 'diary.json'))
      await expect(await canvas.findByText('diary.json is not a run file')).toBeVisible()
      await expect(await canvas.findByText(/^The file is not JSON/)).toBeVisible()
      await expect(region('Run').getByText('lamp@1')).toBeVisible()
    })
  },
}

export const DrivenInTheDark: Story = { ...Driven, tags: ['!dev'], globals: { scheme: 'dark' } }
