import { defineMachine } from '@xmachines/core'
import { useOutputs, useRun, useSend, useSnapshot } from '@xmachines/react'

type Weather = { at: 'unknown' } | { at: 'asking'; city: string } | { at: 'known'; city: string; degrees: number }
type WeatherEvent = { type: 'ASK'; city: string } | { type: 'ANSWERED'; degrees: number }

const weather = defineMachine<Weather, WeatherEvent, { type: 'fetch'; city: string }>({
  name: 'weather',
  version: '1',
  initial: { at: 'unknown' },
  states: {
    unknown: {
      ASK: (_weather, { city }, emit) => {
        emit({ type: 'fetch', city })
        return { at: 'asking', city }
      },
    },
    asking: { ANSWERED: ({ city }, { degrees }) => ({ at: 'known', city, degrees }) },
    known: {},
  },
})

export function WeatherPanel({ ask }: { ask: (city: string, signal: AbortSignal) => Promise<number> }) {
  const run = useRun(weather)
  const state = useSnapshot(run, (snapshot) => snapshot.state)
  const send = useSend(run)
  useOutputs(run, {
    fetch: async ({ city }, { signal }) => ({ type: 'ANSWERED', degrees: await ask(city, signal) }),
  })
  return (
    <button type="button" disabled={state.at !== 'unknown'} onClick={() => send({ type: 'ASK', city: 'Bern' })}>
      {state.at === 'known' ? `${state.degrees} °C in ${state.city}` : state.at}
    </button>
  )
}
