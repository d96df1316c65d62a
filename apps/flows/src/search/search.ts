// A search as you type, as a machine. It has no clock and no network: it emits waits and requests. It need not cancel or
// number them, because whoever handles one drops it once the search is no longer in the state that it is for.

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
  | { readonly at: 'empty' }
  | { readonly at: 'typing'; readonly query: string; readonly results?: Results }
  | (Attempt & { readonly at: 'asking' })
  | (Attempt & { readonly at: 'resting'; readonly milliseconds: number })
  | { readonly at: 'found'; readonly query: string; readonly results: Results }
  | (Attempt & { readonly at: 'failed' })

interface Attempt {
  readonly query: string
  /** The number of this attempt, from 1. */
  readonly attempt: number
  readonly results?: Results
}

/** The actions of the person, and the answers of clock and server. */
export type SearchEvent =
  | { readonly type: 'EDIT'; readonly query: string }
  | { readonly type: 'RETRY' }
  | { readonly type: 'TIME_UP' }
  | { readonly type: 'ANSWERED'; readonly symbols: readonly string[]; readonly total: number }
  | { readonly type: 'FAILED' }

/** Asks code outside of the machine to wait, or to send a request. */
export type SearchOutput =
  | { readonly type: 'wait'; readonly milliseconds: number }
  | { readonly type: 'ask'; readonly query: string }

/** The pause in typing before a request, in milliseconds. */
const PAUSE = 300

/** The attempts before the search gives up. */
export const MOST_ATTEMPTS = 4

/** The delay after the first failure, in milliseconds. */
const FIRST_REST = 500

export const search: Machine<Search, SearchEvent, SearchOutput> = defineMachine<Search, SearchEvent, SearchOutput>({
  name: 'search',
  version: '2',
  initial: { at: 'empty' },
  states: {
    empty: {},
    typing: {
      TIME_UP: to(['asking', 'empty'], (typing, _event, emit) =>
        isBlank(typing.query) ? { at: 'empty' } : ask(typing, 1, emit),
      ),
    },
    asking: {
      ANSWERED: to(['found'], ({ query }, { symbols, total }) => ({
        at: 'found',
        query,
        results: { query: query.trim(), symbols, total },
      })),
      FAILED: to(['resting', 'failed'], (asking, _event, emit) => rest(asking, emit)),
    },
    resting: { TIME_UP: to(['asking'], (resting, _event, emit) => ask(resting, resting.attempt + 1, emit)) },
    found: {},
    failed: { RETRY: to(['asking'], (failed, _event, emit) => ask(failed, 1, emit)) },
  },
  on: { EDIT: to(['typing'], edit) },
})

type At<Name extends Search['at']> = Extract<Search, { readonly at: Name }>

/** Each edit starts a new wait. */
function edit(search: Search, { query }: { readonly query: string }, emit: Emit<SearchOutput>): At<'typing'> {
  emit({ type: 'wait', milliseconds: PAUSE })
  return { at: 'typing', query, ...(isBlank(query) ? {} : resultsOf(search)) }
}

function ask(search: At<'typing' | 'resting' | 'failed'>, attempt: number, emit: Emit<SearchOutput>): At<'asking'> {
  const { query } = search
  emit({ type: 'ask', query: query.trim() })
  return { at: 'asking', query, attempt, ...resultsOf(search) }
}

/** Waits after a failure, twice as long each time, and gives up after the last attempt. */
function rest(asking: At<'asking'>, emit: Emit<SearchOutput>): At<'resting' | 'failed'> {
  const { query, attempt } = asking
  const kept = { query, attempt, ...resultsOf(asking) }
  if (attempt === MOST_ATTEMPTS) return { at: 'failed', ...kept }
  const milliseconds = FIRST_REST * 2 ** (attempt - 1)
  emit({ type: 'wait', milliseconds })
  return { at: 'resting', ...kept, milliseconds }
}

function isBlank(query: string): boolean {
  return query.trim() === ''
}

function resultsOf(search: Search): { readonly results?: Results } {
  return 'results' in search && search.results !== undefined ? { results: search.results } : {}
}
