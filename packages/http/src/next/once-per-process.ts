// What a process opens once. Next.js evaluates a module several times: for pages, for routes, for instrumentation, and after edits.

declare const process:
  | {
      readonly env: { readonly NEXT_PHASE?: string }
      on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
    }
  | undefined

/** How something is opened once in a process. */
export interface OnceOptions<Value> {
  /** Tells apart what one process opens: `host` unless given. */
  readonly name?: string
  /** Closes it when the process is asked to end. */
  readonly close?: (value: Value) => unknown
}

/** Under this key the process has what was opened, whichever copy of this module asks. */
const OPENED = Symbol.for('@xmachines/http/next')
const registry = globalThis as { [OPENED]?: Map<string, Promise<unknown>> }

/**
 * Opens something once in a process, however often its module is evaluated: a host, with what goes with it. It is opened by the
 * first call, and never during `next build`. If opening fails, the next call tries again. What is open stays as it is when its
 * module is edited: an edit of a machine counts once the development server is started again.
 *
 * @param open opens it
 * @param options its name, if there are several; and a function that closes it, so that another server handles the outputs at once
 * @returns a function that gives what is open
 *
 * @example
 * ```ts
 * import { defineMachine } from '@xmachines/core'
 * import { memoryStore } from '@xmachines/core/store'
 * import { oncePerProcess } from '@xmachines/http/next'
 * import { openHost } from '@xmachines/http/server'
 *
 * const counter = defineMachine<number, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 * const host = oncePerProcess(() => openHost(memoryStore(), [counter]), { close: (opened) => opened.close() })
 * console.log((await host()) === (await host())) // true
 * await (await host()).close()
 * ```
 */
export function oncePerProcess<Value>(
  open: () => Value | Promise<Value>,
  { name = 'host', close }: OnceOptions<Value> = {},
): () => Promise<Value> {
  return () => {
    if (typeof process !== 'undefined' && process.env.NEXT_PHASE === 'phase-production-build') {
      return Promise.reject(new Error(duringBuild(name)))
    }
    const opened = (registry[OPENED] ??= new Map())
    const known = opened.get(name)
    // Whatever has this name was opened by another evaluation of the same module.
    if (known !== undefined) return known as Promise<Value>
    const opening = Promise.resolve().then(open)
    opened.set(name, opening)
    opening.then(
      (value) => closeWithProcess(() => close?.(value)),
      () => opened.delete(name),
    )
    return opening
  }
}

function duringBuild(name: string): string {
  return (
    `${name} was asked for during next build, which must open nothing: the page that asked is rendered while it is built. ` +
    'Call `await connection()` of next/server in it before, so that it is rendered for each request.'
  )
}

/** Next.js ends the process itself after these signals. */
function closeWithProcess(close: () => unknown): void {
  if (typeof process === 'undefined') return
  process.on('SIGINT', () => void close())
  process.on('SIGTERM', () => void close())
}
