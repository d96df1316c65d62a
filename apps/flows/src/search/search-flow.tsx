// A search as you type: it sends a request when typing pauses, drops outdated requests, and repeats failed ones.

import { useRun, useSend, useSnapshot } from '@xmachines/react'
import { type ReactElement, useId, useSyncExternalStore } from 'react'

import { Flow } from '../parts/flow.tsx'
import type { SourceFile } from '../parts/sources.tsx'
import { StateDiagram } from '../parts/state-diagram.tsx'
import type { Clock } from './clock.ts'
import { ResultTiles } from './result-tiles.tsx'
import { MOST_ATTEMPTS, type Search, search } from './search.ts'
import './search.css'
import type { Server } from './server.ts'
import { ServerControls } from './server-controls.tsx'
import { Timeline } from './timeline.tsx'
import { useSearchEffects } from './use-search-effects.ts'

const files: readonly SourceFile[] = [
  { part: 'machine', path: 'search/search.ts', read: () => import('./search.ts?raw') },
  { part: 'view', path: 'search/search-flow.tsx', read: () => import('./search-flow.tsx?raw') },
  { part: 'wiring', path: 'search/use-search-effects.ts', read: () => import('./use-search-effects.ts?raw') },
]

interface SearchFlowProps {
  readonly clock: Clock
  readonly server: Server
}

/** The flow: a search field, a server, and the requests to it. */
export function SearchFlow({ clock, server }: SearchFlowProps): ReactElement {
  const run = useRun(search)
  const state = useSnapshot(run, (snapshot) => snapshot.state)
  const send = useSend(run)
  useSearchEffects(run, clock, server)
  const { latency, failing, aborting, requests } = useSyncExternalStore(server.subscribe, () => server.state)
  const id = useId()

  return (
    <Flow
      title="Search as you type"
      lead="The machine has two kinds of output: wait, and ask the server. Each answer comes back as an event. When you type on, the wait or the request is cancelled."
      code={files}
      run={run}
      beside={<StateDiagram machine={search} at={state.at} />}
    >
      <section aria-label="Search" className="part search">
        <label htmlFor={id}>Chemical elements</label>
        <input
          id={id}
          type="search"
          autoComplete="off"
          spellCheck={false}
          placeholder="for example n, then ne"
          value={'query' in state ? state.query : ''}
          onChange={(event) => send({ type: 'EDIT', query: event.target.value })}
        />
        <div className="search-status" data-at={state.at}>
          <output>{wordsFor(state)}</output>
          {state.at === 'failed' && (
            <button type="button" onClick={() => send({ type: 'RETRY' })}>
              Try again
            </button>
          )}
        </div>
        <ResultTiles results={'results' in state ? state.results : undefined} current={state.at === 'found'} />
      </section>
      <section aria-label="Requests" className="part">
        <h2>
          Requests <span className="quiet timeline-unit">(one grid line per second)</span>
        </h2>
        <Timeline requests={requests} clock={clock} />
        <ServerControls
          latency={latency}
          failing={failing}
          aborting={aborting}
          onLatency={(milliseconds) => server.set({ latency: milliseconds })}
          onFailing={(fails) => server.set({ failing: fails })}
          onAborting={(aborts) => server.set({ aborting: aborts })}
        />
      </section>
    </Flow>
  )
}

/** The state of the search in words. */
function wordsFor(state: Search): string {
  switch (state.at) {
    case 'empty':
      return 'Type a symbol or a part of a name.'
    case 'typing':
      return 'Waiting for a pause…'
    case 'asking':
      return state.attempt === 1 ? 'Searching…' : `Searching again, attempt ${state.attempt} of ${MOST_ATTEMPTS}…`
    case 'resting':
      return `The server failed. Trying again in ${state.milliseconds / 1000} s.`
    case 'found': {
      const { symbols, total } = state.results
      if (total === 0) return `No element contains “${state.results.query}”.`
      return total > symbols.length ? `${symbols.length} of ${total} elements.` : `${total} found.`
    }
    case 'failed':
      return `The server failed ${state.attempt} times.`
  }
}
