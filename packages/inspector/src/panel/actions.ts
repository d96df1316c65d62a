// What can be done with a run: fork it, copy it as a test, save it as a file, open a file.

import type { ObservedRun } from '../observe/observed-run.ts'
import type { RunSource } from '../observe/run-source.ts'
import type { Maker } from './element.ts'

/** What actions work on, and how they tell what they did. */
interface Surroundings {
  /** The run that is shown, and the batch that is looked at. */
  current(): { readonly observed: ObservedRun; readonly sequence: number } | undefined
  /** A run was made. Answers whether the page takes it. */
  opened(run: ObservedRun): boolean
  tell(...said: (Node | string)[]): void
}

/** The actions. */
export interface Actions {
  readonly element: HTMLElement
  /** Opens run files that are dropped on an element. */
  takeDrops(target: HTMLElement): void
}

/** Makes the actions. */
export function makeActions(make: Maker, source: RunSource, { current, opened, tell }: Surroundings): Actions {
  const page = make.document.defaultView ?? window
  const file = make('input', { type: 'file', accept: '.json', hidden: true, 'aria-label': 'Run file', onchange: pick })
  const element = make(
    'div',
    { class: 'actions', role: 'group', 'aria-label': 'Run' },
    action('Fork', 'Make a new run with the batches up to here. This one stays as it is.', fork),
    action('Copy test', 'Copy a Vitest test that sends the batches up to here and expects this state.', copy),
    action('Save', 'Save the whole history and what was refused as a run file.', save),
    action('Open file', 'Open a run file. It can also be dropped on this panel.', () => file.click()),
    file,
  )

  function action(text: string, title: string, act: () => void | Promise<void>): HTMLElement {
    return make('button', { type: 'button', title, onclick: () => void attempt(act) }, text)
  }

  async function attempt(act: () => void | Promise<void>): Promise<void> {
    try {
      await act()
    } catch (thrown) {
      // An error of another frame is no instance of this frame's.
      const { message = String(thrown) } = Object(thrown) as { readonly message?: string }
      tell(make('span', { class: 'problem', role: 'alert' }, message))
    }
  }

  function fork(): void {
    const now = current()
    if (now === undefined) return
    const made = source.fork(now.observed, now.sequence)
    const isTaken = opened(made)
    tell(
      `Forked at batch ${now.sequence}: this is ${made.run.id.slice(0, 7)}. `,
      isTaken ? '' : 'The page keeps its own run. ',
      'Send it other events; the list of runs leads back.',
    )
  }

  async function copy(): Promise<void> {
    const now = current()
    if (now === undefined) return
    const text = await source.test(now.observed, now.sequence)
    try {
      await page.navigator.clipboard.writeText(text)
      tell(
        `Copied a Vitest test. Paste it into a file such as ${now.observed.machine.name}.test.ts, and correct the path of the machine.`,
      )
    } catch {
      // A page that is not secure has no clipboard, and one without the focus may not write to it.
      const shown = make('textarea', { readonly: true, rows: '8', 'aria-label': 'Vitest test' }, text)
      tell('The page may not write to the clipboard. Copy the test here:', shown)
      shown.select()
    }
  }

  function save(): void {
    const now = current()
    if (now === undefined) return
    const { run, machine, refusals } = now.observed
    const text = JSON.stringify({ ...run.toJSON(), refusals, redacted: false })
    const url = URL.createObjectURL(new Blob([text], { type: 'application/json' }))
    const name = `${machine.name}-${run.id.slice(0, 7)}.run.json`
    make('a', { href: url, download: name }).click()
    setTimeout(() => URL.revokeObjectURL(url), 10_000)
    tell(`Saved ${name}. Open file opens it again, and xmachines replay shows it in a terminal.`)
  }

  function pick(): void {
    open(file.files?.[0])
    file.value = ''
  }

  function open(chosen: File | undefined): void {
    if (chosen === undefined) return
    void attempt(async () => {
      const made = source.open(await chosen.text())
      opened(made)
      tell(`Opened ${chosen.name}: the run ${made.run.id.slice(0, 7)} at batch ${made.sequence}.`)
    })
  }

  return {
    element,
    takeDrops(target) {
      const over = (event: DragEvent): void => {
        event.preventDefault()
        target.classList.toggle('dropping', event.type === 'dragover')
      }
      target.addEventListener('dragover', over)
      target.addEventListener('dragleave', over)
      target.addEventListener('drop', (event) => {
        over(event)
        open(event.dataTransfer?.files[0])
      })
    },
  }
}
