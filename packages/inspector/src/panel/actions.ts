// What can be done with a run: fork it, copy it as a test, save it as a file, open a file.

import type { ObservedRun } from '../observe/observed-run.ts'
import type { RunSource } from '../observe/run-source.ts'
import type { Maker } from './element.ts'

/** What actions work on, and how they tell what they did. */
interface Surroundings {
  /** The run that is shown, and the batch that is looked at. */
  current(): { readonly observed: ObservedRun; readonly sequence: number } | undefined
  /** A run was made. */
  opened(run: ObservedRun): void
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
    action('Fork', 'Fork the run here', fork),
    action('Copy test', 'Copy as a Vitest test', copy),
    action('Save', 'Save as a run file', save),
    action('Open', 'Open a run file', () => file.click()),
    file,
  )

  function action(text: string, title: string, act: () => void | Promise<void>): HTMLElement {
    return make('button', { type: 'button', title, onclick: () => void attempt(act) }, text)
  }

  async function attempt(act: () => void | Promise<void>): Promise<void> {
    try {
      await act()
    } catch (thrown) {
      fail(thrown)
    }
  }

  function fail(thrown: unknown): void {
    const text = thrown instanceof Error || hasMessage(thrown) ? thrown.message : String(thrown)
    tell(make('span', { class: 'problem', role: 'alert' }, text))
  }

  function fork(): void {
    const now = current()
    if (now === undefined) return
    const made = source.fork(now.observed, now.sequence)
    opened(made)
    tell(`Forked at batch ${now.sequence}: this is ${made.run.id.slice(0, 7)}. The other run goes on as it was.`)
  }

  async function copy(): Promise<void> {
    const now = current()
    if (now === undefined) return
    const text = await source.test(now.observed, now.sequence)
    try {
      await page.navigator.clipboard.writeText(text)
      tell('Copied a Vitest test. It imports the machine from a file of its name: correct the path.')
    } catch {
      // A page that is not secure has no clipboard, and one without the focus may not write to it.
      const shown = make('textarea', { readonly: true, rows: '8', 'aria-label': 'Vitest test' }, text)
      tell('The page may not write to the clipboard. Copy it here:', shown)
      shown.select()
    }
  }

  function save(): void {
    const now = current()
    if (now === undefined) return
    const { run, machine } = now.observed
    const url = URL.createObjectURL(new Blob([JSON.stringify(run)], { type: 'application/json' }))
    const name = `${machine.name}-${run.id.slice(0, 7)}.run.json`
    make('a', { href: url, download: name }).click()
    setTimeout(() => URL.revokeObjectURL(url), 10_000)
    tell(`Saved ${name}.`)
  }

  function pick(): void {
    const [chosen] = file.files ?? []
    if (chosen !== undefined) void open(chosen)
    file.value = ''
  }

  async function open(chosen: File): Promise<void> {
    try {
      const made = source.open(await chosen.text())
      opened(made)
      tell(`Opened ${chosen.name}: the run ${made.run.id.slice(0, 7)} at batch ${made.sequence}.`)
    } catch (thrown) {
      fail(thrown)
    }
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
        const [dropped] = event.dataTransfer?.files ?? []
        if (dropped !== undefined) void open(dropped)
      })
    },
  }
}

/** An error of another frame is no instance of this frame's. */
function hasMessage(thrown: unknown): thrown is { readonly message: string } {
  return typeof (thrown as { readonly message?: unknown } | null)?.message === 'string'
}
