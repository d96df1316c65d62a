// In the frame around the stories: a panel that shows the runs of the story.

import { createElement, type ReactElement, useEffect, useState } from 'react'
import { addons, types } from 'storybook/manager-api'
import { useTheme } from 'storybook/theming'
import type { RunSource } from '../observe/run-source.ts'
import type { Panel } from '../panel/panel.ts'
import { sourceKey } from './source-key.ts'

/** How often the frame of the stories is looked at, in milliseconds: it may be loaded again. */
const LOOK = 300

addons.register('xmachines', () => {
  addons.add('xmachines/panel', {
    type: types.PANEL,
    title: 'Run',
    render: ({ active }) => createElement(RunPanel, { active: active ?? false }),
  })
})

function RunPanel({ active }: { readonly active: boolean }): ReactElement {
  const [host, setHost] = useState<HTMLDivElement | null>(null)
  const { base } = useTheme()
  useEffect(() => (active && host !== null ? showStory(host) : undefined), [active, host])
  return createElement('div', { ref: setHost, hidden: !active, style: { height: '100%', colorScheme: base } })
}

/** Shows the runs of the story, whichever it is. */
function showStory(host: HTMLElement): () => void {
  let source: RunSource | undefined
  let panel: Panel | undefined
  let isOver = false
  async function look(): Promise<void> {
    const found = findSource()
    if (found === source) return
    source = found
    panel?.remove()
    panel = undefined
    if (found === undefined) return
    const { showPanel } = await import('../panel/panel.ts')
    if (!isOver && source === found) panel = showPanel(host, found)
  }
  void look()
  const timer = setInterval(() => void look(), LOOK)
  return () => {
    isOver = true
    clearInterval(timer)
    panel?.remove()
  }
}

function findSource(): RunSource | undefined {
  const frame = document.querySelector<HTMLIFrameElement>('iframe[data-is-storybook="true"]')
  try {
    return (frame?.contentWindow as { readonly [sourceKey]?: RunSource } | null | undefined)?.[sourceKey]
  } catch {
    // A story of a composed Storybook is on another origin.
    return undefined
  }
}
