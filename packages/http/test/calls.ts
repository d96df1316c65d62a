/** A handler over a store, and calls of it, for tests. */
import type { AnyMachine } from '@xmachines/core'
import { memoryStore, type RunStore } from '@xmachines/core/store'
import {
  createHandler,
  type Handler,
  type HandlerOptions,
  type Host,
  type HostedMachine,
  type HostOptions,
  openHost,
  type Problem,
  type WireSnapshot,
} from '@xmachines/http/server'
import { onTestFinished } from 'vitest'
import { checkDescribed } from './described.ts'
import { order, type Till, type TillEvent, till } from './machines.ts'

export interface Served {
  readonly store: RunStore
  readonly host: Host
  readonly handler: Handler
  call(method: string, path: string, more?: CallOptions): Promise<Response>
  /** Creates a run of the till. */
  newRun(machine?: string): Promise<string>
  /** Applies one event. */
  patch(id: string, event: unknown, headers?: Record<string, string>): Promise<Response>
}

export interface CallOptions {
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly signal?: AbortSignal
}

export interface ServeOptions {
  readonly store?: RunStore
  readonly machines?: readonly (AnyMachine | HostedMachine)[]
  readonly host?: HostOptions
  readonly handler?: HandlerOptions
}

export const JSON_BODY = { 'content-type': 'application/json' }

export function serve(options: ServeOptions = {}): Served {
  const { store = memoryStore(), machines = [till, order] } = options
  const host = openHost(store, machines, options.host)
  const handler = createHandler(host, options.handler)
  onTestFinished(() => host.close())
  const call: Served['call'] = async (method, path, { headers = {}, ...more } = {}) => {
    const response = await handler(new Request(`http://runs.example${path}`, { method, headers, ...more }))
    // What `authorize` answers is its own.
    if (options.handler?.authorize === undefined)
      await checkDescribed(handler, { method, path, base: options.handler?.base ?? '' }, response)
    return response
  }
  return {
    store,
    host,
    handler,
    call,
    async newRun(machine = 'till@1') {
      const response = await call('POST', `/m/${machine}`)
      return (await snapshotIn(response)).run
    },
    patch: (id, event, headers = {}) =>
      call('PATCH', `/r/${id}`, { headers: { ...JSON_BODY, ...headers }, body: JSON.stringify(event) }),
  }
}

export async function snapshotIn(response: Response): Promise<WireSnapshot<Till>> {
  return (await response.json()) as WireSnapshot<Till>
}

export async function problemIn(response: Response): Promise<Problem> {
  const type = response.headers.get('content-type')
  if (type !== 'application/problem+json') throw new Error(`it is ${type}, with status ${response.status}`)
  return (await response.json()) as Problem
}

export type { TillEvent }
