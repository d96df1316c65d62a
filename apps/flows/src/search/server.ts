// A server that exists in this page alone. It is as slow as it is told to be, slower the more it finds, and fails while
// it is told to. It remembers what it was asked, and what became of it.

import type { Clock } from './clock.ts'
import { findElements } from './elements.ts'

/** A request, as the server remembers it; times are those of its clock. */
export interface Request {
  readonly turn: number
  readonly query: string
  readonly askedAt: number
  readonly outcome: 'asked' | 'answered' | 'failed' | 'aborted'
  /** Absent while it is under way. */
  readonly endedAt?: number
}

/** What is answered: the first symbols, and how many there are in all. */
interface Answer {
  readonly symbols: readonly string[]
  readonly total: number
}

/** What there is to know of a server: the same object until something of it changes. */
interface ServerState {
  /** What a request takes, in milliseconds, that finds 24 elements: less where it finds fewer. */
  readonly latency: number
  readonly failing: boolean
  /** The latest ones, the oldest of them first. */
  readonly requests: readonly Request[]
}

/** Something that can be asked for elements. */
export interface Server {
  /**
   * Finds elements.
   *
   * @throws an error where the server fails, or the signal aborts
   */
  search(question: { readonly turn: number; readonly query: string; readonly signal: AbortSignal }): Promise<Answer>
  set(settings: Partial<Pick<ServerState, 'latency' | 'failing'>>): void
  readonly state: ServerState
  /** Calls a listener after each change, until the function it answers with is called. */
  readonly subscribe: (listener: () => void) => () => void
}

/** How many requests it remembers, and how many symbols it answers with. */
const MOST_REQUESTS = 6
const MOST_SYMBOLS = 8

/** Makes a server that lives by a clock. */
export function fakeServer(clock: Clock): Server {
  let state: ServerState = { latency: 800, failing: false, requests: [] }
  const listeners = new Set<() => void>()

  function change(changes: Partial<ServerState>): void {
    state = { ...state, ...changes }
    for (const listener of listeners) listener()
  }

  return {
    async search({ turn, query, signal }) {
      const found = findElements(query)
      let request: Request = { turn, query, askedAt: clock.now(), outcome: 'asked' }
      change({ requests: [...state.requests, request].slice(-MOST_REQUESTS) })
      const end = (outcome: Request['outcome']): void => {
        const ended = { ...request, outcome, endedAt: clock.now() }
        change({ requests: state.requests.map((each) => (each === request ? ended : each)) })
        request = ended
      }

      await clock.wait(Math.round(state.latency * (0.4 + found.length / 40)), signal)
      if (signal.aborted) {
        end('aborted')
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
