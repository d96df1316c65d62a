// A search as you type: it asks when typing pauses, drops what is overtaken, and asks again what fails.

import { useRun, useSend, useSnapshot } from '@xmachines/react'
import { type ReactElement, useId, useState, useSyncExternalStore } from 'react'

import { Flow } from '../parts/flow.tsx'
import { StateDiagram } from '../parts/state-diagram.tsx'
import type { Clock } from './clock.ts'
import { ResultTiles } from './result-tiles.tsx'
import { MOST_ATTEMPTS, type Search, search } from './search.ts'
import './search.css'
import type { Server } from './server.ts'
import { ServerControls } from './server-controls.tsx'
import { Timeline } from './timeline.tsx'
import { useSearchEffects } from './use-search-effects.ts'

interface SearchFlowProps {
  readonly clock: Clock
  readonly server: Server
}

/** The flow: a search field, the server behind it, and what passes between them. */
export function SearchFlow({ clock, server }: SearchFlowProps): ReactElement {
  const run = useRun(search)
  const state = useSnapshot(run, (snapshot) => snapshot.state)
  const send = useSend(run)
  const [aborting, setAborting] = useState(true)
  const dropped = useSearchEffects(run, { clock, server, aborting })
  const { latency, failing, requests } = useSyncExternalStore(server.subscribe, () => server.state)
  const id = useId()

  return (
    <Flow
      title="Search as you type"
      lead="The machine asks for three things: to wait, to ask a server, to drop what was overtaken. Whatever comes back, late, wrong or never, is an event that it knows what to do with."
      run={run}
    >
      <section aria-label="Search" className="part search">
        <label htmlFor={id}>Chemical elements</label>
        <input
          id={id}
          type="search"
          autoComplete="off"
          spellCheck={false}
          placeholder="such as n, then ne"
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
          Requests <span className="quiet timeline-unit">(a line is a second)</span>
        </h2>
        <Timeline requests={requests} dropped={dropped} clock={clock} />
        <ServerControls
          latency={latency}
          failing={failing}
          aborting={aborting}
          onLatency={(milliseconds) => server.set({ latency: milliseconds })}
          onFailing={(fails) => server.set({ failing: fails })}
          onAborting={setAborting}
        />
      </section>
      <StateDiagram machine={search} at={state.at} />
    </Flow>
  )
}

/** What the search is doing, in words. */
function wordsFor(state: Search): string {
  switch (state.at) {
    case 'empty':
      return 'Type a part of a name, or a symbol.'
    case 'typing':
      return 'Waiting for a pause…'
    case 'asking':
      return state.attempt === 1 ? 'Asking…' : `Asking again, attempt ${state.attempt} of ${MOST_ATTEMPTS}…`
    case 'resting':
      return `The server failed. Asking again in ${state.milliseconds / 1000} s.`
    case 'found': {
      const { symbols, total } = state.results
      if (total === 0) return `No element has “${state.results.query}” in it.`
      return total > symbols.length ? `${symbols.length} of ${total} elements.` : `${total} found.`
    }
    case 'failed':
      return `The server failed ${state.attempt} times.`
  }
}
