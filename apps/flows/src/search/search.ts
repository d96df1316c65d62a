// A search as you type, as a machine. It has no clock and no network: it emits waits and requests, each with the number
// of a turn. Every edit begins a new turn, so the machine recognizes a late answer by its number and ignores it.

import { defineMachine, type Emit, type Machine, to } from '@xmachines/core'

/** The results of a server: the symbols of the first elements, and the total number of elements. */
export interface Results {
  readonly query: string
  readonly symbols: readonly string[]
  readonly total: number
}

/** The most symbols in an answer. */
export const MOST_SYMBOLS = 8

/** The states of a search. Results stay until newer ones come. */
export type Search =
  | { readonly at: 'empty'; readonly turn: number }
  | { readonly at: 'typing'; readonly turn: number; readonly query: string; readonly results?: Results }
  | (Attempt & { readonly at: 'asking' })
  | (Attempt & { readonly at: 'resting'; readonly milliseconds: number })
  | { readonly at: 'found'; readonly turn: number; readonly query: string; readonly results: Results }
  | (Attempt & { readonly at: 'failed' })

interface Attempt {
  readonly turn: number
  readonly query: string
  /** The number of this attempt, from 1. */
  readonly attempt: number
  readonly results?: Results
}

/** The actions of the person, and the answers of clock and server. */
export type SearchEvent =
  | { readonly type: 'EDIT'; readonly query: string }
  | { readonly type: 'RETRY' }
  | { readonly type: 'TIME_UP'; readonly turn: number }
  | { readonly type: 'ANSWERED'; readonly turn: number; readonly symbols: readonly string[]; readonly total: number }
  | { readonly type: 'FAILED'; readonly turn: number }

/** Asks code outside of the machine to wait, to send a request, or to drop the wait or request of a turn. */
export type SearchOutput =
  | { readonly type: 'wait'; readonly turn: number; readonly milliseconds: number }
  | { readonly type: 'ask'; readonly turn: number; readonly query: string }
  | { readonly type: 'drop'; readonly turn: number }

/** The pause in typing before a request, in milliseconds. */
const PAUSE = 300

/** The attempts before the search gives up. */
export const MOST_ATTEMPTS = 4

/** The delay after the first failure, in milliseconds. */
const FIRST_REST = 500

export const search: Machine<Search, SearchEvent, SearchOutput> = defineMachine<Search, SearchEvent, SearchOutput>({
  name: 'search',
  version: '1',
  initial: { at: 'empty', turn: 0 },
  states: {
    empty: {},
    typing: {
      TIME_UP: to(['asking', 'empty', 'typing'], (typing, { turn }, emit) => {
        if (turn !== typing.turn) return typing
        return isBlank(typing.query) ? { at: 'empty', turn } : ask(typing, 1, emit)
      }),
    },
    asking: {
      ANSWERED: to(['found', 'asking'], (asking, { turn, symbols, total }) => {
        const { query } = asking
        if (turn !== asking.turn) return asking
        return { at: 'found', turn, query, results: { query: query.trim(), symbols, total } }
      }),
      FAILED: to(['resting', 'failed', 'asking'], (asking, { turn }, emit) =>
        turn === asking.turn ? rest(asking, emit) : asking,
      ),
    },
    resting: {
      TIME_UP: to(['asking', 'resting'], (resting, { turn }, emit) =>
        turn === resting.turn ? ask(resting, resting.attempt + 1, emit) : resting,
      ),
    },
    found: {},
    failed: { RETRY: to(['asking'], (failed, _event, emit) => ask(failed, 1, emit)) },
  },
  on: { EDIT: to(['typing'], edit) },
})

type At<Name extends Search['at']> = Extract<Search, { readonly at: Name }>

/** Each edit starts a new wait, and drops the earlier wait or request. */
function edit(search: Search, { query }: { readonly query: string }, emit: Emit<SearchOutput>): At<'typing'> {
  if (search.at === 'typing' || search.at === 'asking' || search.at === 'resting') {
    emit({ type: 'drop', turn: search.turn })
  }
  const turn = search.turn + 1
  emit({ type: 'wait', turn, milliseconds: PAUSE })
  return { at: 'typing', turn, query, ...(isBlank(query) ? {} : resultsOf(search)) }
}

function ask(search: At<'typing' | 'resting' | 'failed'>, attempt: number, emit: Emit<SearchOutput>): At<'asking'> {
  const { turn, query } = search
  emit({ type: 'ask', turn, query: query.trim() })
  return { at: 'asking', turn, query, attempt, ...resultsOf(search) }
}

/** Waits after a failure, twice as long each time, and gives up after the last attempt. */
function rest(asking: At<'asking'>, emit: Emit<SearchOutput>): At<'resting' | 'failed'> {
  const { turn, query, attempt } = asking
  const kept = { turn, query, attempt, ...resultsOf(asking) }
  if (attempt === MOST_ATTEMPTS) return { at: 'failed', ...kept }
  const milliseconds = FIRST_REST * 2 ** (attempt - 1)
  emit({ type: 'wait', turn, milliseconds })
  return { at: 'resting', ...kept, milliseconds }
}

function isBlank(query: string): boolean {
  return query.trim() === ''
}

function resultsOf(search: Search): { readonly results?: Results } {
  return 'results' in search && search.results !== undefined ? { results: search.results } : {}
}
