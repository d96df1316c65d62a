// A panel of the inspector on the page, driven as a person drives it.

import { createRun, type Run } from '@xmachines/core'
import { openInspector } from '@xmachines/inspector'

import { type Count, type CountEvent, counter } from '../machine.ts'
import { painted, paintedOnce } from '../react/frames.ts'

/** A panel that is open. */
export interface OpenPanel {
  /**
   * Moves the slider to a batch, and waits for one frame.
   * @throws {Error} if that frame does not show the batch
   */
  goTo(sequence: number): Promise<void>
  /** Scrolls the history by some pixels, and waits until a frame is painted. It turns round at either end. */
  scroll(by: number): Promise<void>
  /** Waits until a frame is painted that has no part to come. */
  complete(): Promise<void>
  close(): void
}

/** A run of so many batches. */
export function runOf(batches: number): Run<Count, CountEvent, never> {
  const run = createRun(counter)
  for (let batch = 0; batch < batches; batch++) run.in.send({ type: 'INC' })
  return run
}

/** Opens a panel with a run, and waits until a frame is painted that shows its latest batch. */
export async function openPanel(run: ReturnType<typeof runOf>, { isHidden = false } = {}): Promise<OpenPanel> {
  const host = document.createElement('div')
  host.style.cssText = `width: 900px; height: 600px; display: ${isHidden ? 'none' : 'block'}`
  document.body.append(host)
  const inspector = openInspector(host, { runs: () => [run] })
  await inspector.ready
  const root = host.shadowRoot as ShadowRoot
  const find = <Found extends Element>(selector: string): Found => {
    const found = root.querySelector<Found>(selector)
    if (found === null) throw new Error(`the panel has no ${selector}; the benchmark has to be mended`)
    return found
  }
  const latest = run.snapshot.current.sequence
  // A hidden panel learns in a frame that it is out of view.
  if (isHidden) for (let frame = 0; frame < 3; frame++) await painted()
  else await paintedOnce(() => find('.rows .row[aria-selected=true] .no').textContent === String(latest))
  const [slider, rows, where] = [find<HTMLInputElement>('input[type=range]'), find('.rows'), find('.where')]
  let direction = -1

  return {
    async goTo(sequence) {
      slider.value = String(sequence)
      slider.dispatchEvent(new Event('input'))
      await painted()
      const shown = where.textContent?.trim()
      if (shown?.startsWith(`#${sequence} `) !== true) throw new Error(`a frame shows ${shown}, and not ${sequence}`)
    },
    async scroll(by) {
      const before = rows.scrollTop
      rows.scrollTop += by * direction
      if (rows.scrollTop === before) {
        direction = -direction
        rows.scrollTop += by * direction
      }
      await painted()
    },
    complete: () => paintedOnce(() => !find('.part:not([hidden])').textContent?.includes('…')),
    close() {
      inspector.close()
      host.remove()
    },
  }
}
