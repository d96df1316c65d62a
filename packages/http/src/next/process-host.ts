// One host in a process. Next.js evaluates a module several times: for pages, for routes, for instrumentation, and after edits.

import type { Host } from '../host/host.ts'

declare const process:
  | {
      readonly env: { readonly NEXT_PHASE?: string }
      on(signal: 'SIGINT' | 'SIGTERM', listener: () => void): unknown
    }
  | undefined

/** Opens the host of a process. */
export type OpenHost = () => Host | Promise<Host>

/** Gives the host of a process, which the first call opens. */
export type ProcessHost = () => Promise<Host>

/** Under this key the process has its hosts, whichever copy of this module asks. */
const HOSTS = Symbol.for('@xmachines/http/next')
const registry = globalThis as { [HOSTS]?: Map<string, Promise<Host>> }

/**
 * The host of a process, however often its module is evaluated. It is opened by the first call, and never during `next build`.
 * When the process is asked to end, it is closed, so that another server goes on with its outputs at once. If opening fails, the
 * next call tries again. An edit of a machine counts once the development server is started again.
 *
 * @param open opens the host
 * @param name tells hosts apart, if a process has several
 * @returns a function that gives the host
 *
 * @example
 * ```ts
 * import { defineMachine } from '@xmachines/core'
 * import { memoryStore } from '@xmachines/core/store'
 * import { processHost } from '@xmachines/http/next'
 * import { openHost } from '@xmachines/http/server'
 *
 * const counter = defineMachine<number, { type: 'INC' }>({
 *   name: 'counter',
 *   version: '1',
 *   initial: 0,
 *   on: { INC: (count) => count + 1 },
 * })
 * const host = processHost(() => openHost(memoryStore(), [counter]))
 * console.log((await host()) === (await host())) // true
 * await (await host()).close()
 * ```
 */
export function processHost(open: OpenHost, name = 'host'): ProcessHost {
  return () => {
    if (typeof process !== 'undefined' && process.env.NEXT_PHASE === 'phase-production-build') {
      return Promise.reject(new Error(duringBuild(name)))
    }
    const hosts = (registry[HOSTS] ??= new Map())
    const known = hosts.get(name)
    if (known !== undefined) return known
    const opening = Promise.resolve().then(open)
    hosts.set(name, opening)
    opening.then(closeWithProcess, () => hosts.delete(name))
    return opening
  }
}

function duringBuild(name: string): string {
  return (
    `the ${name} was asked for during next build, which must not open a store: the page that asked is rendered while it is built. ` +
    'Call `await connection()` of next/server in it before, so that it is rendered for each request.'
  )
}

/** Next.js ends the process itself after these signals. */
function closeWithProcess(host: Host): void {
  if (typeof process === 'undefined') return
  const close = (): void => void host.close()
  process.on('SIGINT', close)
  process.on('SIGTERM', close)
}
