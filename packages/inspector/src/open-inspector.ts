// Shows the panel in an element. The panel itself is loaded when it is shown.

import type { AnyRun } from '@xmachines/core'
import { runSource } from './observe/run-source.ts'
import type { Panel } from './panel/panel.ts'

/** What an inspector shows. */
export interface OpenInspectorOptions {
  /** The run to show; of all runs the latest unless given. */
  readonly run?: AnyRun | undefined
  /** The runs to choose from: all runs of the page unless given. */
  readonly runs?: (() => readonly AnyRun[]) | undefined
  /** Called with each run that was forked here, or opened from a file. */
  readonly onRun?: ((run: AnyRun) => void) | undefined
}

/** An inspector that is shown. */
export interface ShownInspector {
  /** Resolves once the panel is there. */
  readonly ready: Promise<void>
  /** Takes the inspector away. */
  close(): void
}

/**
 * Shows the inspector in an element, whose size it takes.
 *
 * @param host an element without children; it gets a shadow root
 * @param options which runs are shown
 * @returns the inspector
 */
export function openInspector(host: HTMLElement, options: OpenInspectorOptions = {}): ShownInspector {
  const source = runSource(options.runs)
  let panel: Panel | undefined
  let closed = false
  return {
    ready: import('./panel/panel.ts').then(({ showPanel }) => {
      if (!closed) panel = showPanel(host, source, options)
    }),
    close() {
      closed = true
      panel?.remove()
    },
  }
}
