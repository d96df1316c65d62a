// A fake server on this page. Its latency, its failures and whether it heeds aborts are settings, and it takes longer if it
// finds more. It keeps the latest requests with their outcomes.

import type { Clock } from './clock.ts'
import { findElements } from './elements.ts'

/** A request that the server keeps; its times are those of the clock. */
export interface Request {
  /** Counts the requests. */
  readonly number: number
  readonly query: string
  readonly askedAt: number
  readonly outcome: 'asked' | 'answered' | 'failed' | 'aborted' | 'too late'
  /** Absent until the request has ended. */
  readonly endedAt?: number
}

/** An answer: the first symbols, and the total number of elements. */
interface Answer {
  readonly symbols: readonly string[]
  readonly total: number
}

/** The state of a server: the same object until something changes. */
interface ServerState {
  /** The time of a request that finds 24 elements, in milliseconds. Others take less or more. */
  readonly latency: number
  readonly failing: boolean
  /** Whether it stops when a request is aborted. */
  readonly aborting: boolean
  /** The latest requests, oldest first. */
  readonly requests: readonly Request[]
}

/** A server that finds elements. */
export interface Server {
  /**
   * Finds elements.
   *
   * @throws an error if the server fails or the signal aborts
   */
  search(question: { readonly query: string; readonly signal: AbortSignal }): Promise<Answer>
  set(settings: Partial<Pick<ServerState, 'latency' | 'failing' | 'aborting'>>): void
  readonly state: ServerState
  /** Calls a listener after each change; returns a function that ends this. */
  readonly subscribe: (listener: () => void) => () => void
}

/** The most requests that it keeps, and the most symbols in an answer. */
const MOST_REQUESTS = 6
const MOST_SYMBOLS = 8

/** The signal of a request that goes on whatever happens. */
const never = new AbortController().signal

/** Makes a server whose time is that of a clock. */
export function fakeServer(clock: Clock): Server {
  let state: ServerState = { latency: 800, failing: false, aborting: true, requests: [] }
  let count = 0
  const listeners = new Set<() => void>()

  function change(changes: Partial<ServerState>): void {
    state = { ...state, ...changes }
    for (const listener of listeners) listener()
  }

  return {
    async search({ query, signal }) {
      const { aborting } = state
      const found = findElements(query)
      let request: Request = { number: ++count, query, askedAt: clock.now(), outcome: 'asked' }
      change({ requests: [...state.requests, request].slice(-MOST_REQUESTS) })
      const end = (outcome: Request['outcome']): void => {
        const ended = { ...request, outcome, endedAt: clock.now() }
        change({ requests: state.requests.map((each) => (each === request ? ended : each)) })
        request = ended
      }

      await clock.wait(Math.round(state.latency * (0.4 + found.length / 40)), aborting ? signal : never)
      if (signal.aborted) {
        end(aborting ? 'aborted' : 'too late')
        throw signal.reason
      }
      if (state.failing) {
        end('failed')
        throw new Error('503 Service Unavailable')
      }
      end('answered')
      return { symbols: found.slice(0, MOST_SYMBOLS).map(({ symbol }) => symbol), total: found.length }
    },
    set: change,
    get state() {
      return state
    },
    subscribe(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
