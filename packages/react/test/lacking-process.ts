// A process that uses every hook on a page of a platform that lacks what the hooks and core can do without. React and its
// store are loaded before anything is removed, because they need some of it.

import { JSDOM } from 'jsdom'

const { window } = new JSDOM('<!doctype html><div id="root"></div>')
const { createElement, useState } = await import('react')
Object.assign(globalThis, { window, document: window.document })
const { createRoot } = await import('react-dom/client')
const { flushSync } = await import('react-dom')
await import('use-sync-external-store/with-selector')

const LACKING = [
  'process',
  'crypto',
  'reportError',
  'queueMicrotask',
  'structuredClone',
  'performance',
  'TextEncoder',
  'TextDecoder',
  'WeakRef',
  'FinalizationRegistry',
  'requestAnimationFrame',
  'WritableStreamDefaultWriter',
]
for (const name of LACKING) Reflect.deleteProperty(globalThis, name)
for (const name of ['isWellFormed', 'toWellFormed', 'replaceAll', 'at']) Reflect.deleteProperty(String.prototype, name)
for (const name of ['at', 'findLast', 'toSorted', 'with']) Reflect.deleteProperty(Array.prototype, name)
for (const name of ['values', Symbol.asyncIterator]) Reflect.deleteProperty(ReadableStream.prototype, name)
Reflect.deleteProperty(Promise, 'withResolvers')

const { createRunContext, useOutputs, useRefusals, useRun, useSend, useSnapshot } = await import('@xmachines/react')
const { createRun } = await import('@xmachines/core')
const { counter } = await import('./machines.ts')

const Counter = createRunContext(counter)
const given = createRun(counter, { createdAt: 0, nonce: new Uint8Array(16) })

function Page() {
  const own = useRun(counter, { createdAt: 0, nonce: new Uint8Array(16) })
  const count = useSnapshot(own, ({ state }) => state.count)
  const other = useSnapshot(Counter.useRun(), ({ state }) => state.count)
  const send = useSend(own)
  const [counted, setCounted] = useState(0)
  const [refused, setRefused] = useState(0)
  useOutputs(own, { counted: () => setCounted((before) => before + 1) })
  useRefusals(own, () => setRefused((before) => before + 1))
  const onClick = (): void => {
    send({ type: 'INC' })
    send({ type: 'REFUSED' })
  }
  return createElement('button', { onClick }, `${count} ${other} ${counted} ${refused} ${own.id}`)
}

const container = window.document.createElement('div')
const root = createRoot(container)
flushSync(() => root.render(createElement(Counter.Provider, { run: given }, createElement(Page))))
container.querySelector('button')?.click()
await given.in.getWriter().write([{ type: 'INC' }, { type: 'INC' }])
// Events of a stream are shown at the next frame, which is a timer here.
while (container.textContent !== `1 2 1 1 ${given.id}` && !container.textContent?.includes('Error')) await nextTask()
const shown = container.textContent
flushSync(() => root.unmount())
console.log(JSON.stringify({ shown }))
window.close()

function nextTask(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1))
}
