// A traffic light with a clock. The machine emits how long to wait. A handler here waits and returns the event that
// answers.

import { useOutputs, useRun, useSend, useSnapshot } from '@xmachines/react'
import { type ReactElement, useState } from 'react'

import { Flow } from '../parts/flow.tsx'
import { Slider } from '../parts/slider.tsx'
import type { SourceFile } from '../parts/sources.tsx'
import { StateDiagram } from '../parts/state-diagram.tsx'
import type { Clock } from './clock.ts'
import { CrossingPicture } from './crossing-picture.tsx'
import { TimerList } from './timer-list.tsx'
import { type TrafficLight, type TrafficLightOutput, trafficLight } from './traffic-light.ts'
import './traffic-light.css'

const files: readonly SourceFile[] = [
  { part: 'machine', path: 'traffic-light/traffic-light.ts', read: () => import('./traffic-light.ts?raw') },
  { part: 'view', path: 'traffic-light/traffic-light-flow.tsx', read: () => import('./traffic-light-flow.tsx?raw') },
  { part: 'wiring', path: 'traffic-light/clock.ts', read: () => import('./clock.ts?raw') },
]

/** The flow: a crossing with a light, a button for pedestrians, and a clock with an adjustable speed. */
export function TrafficLightFlow({ clock }: { readonly clock: Clock }): ReactElement {
  const run = useRun(trafficLight)
  const state = useSnapshot(run, (snapshot) => snapshot.state)
  const send = useSend(run)
  const [speed, setSpeed] = useState(clock.speed)
  const [waits, setWaits] = useState<readonly TrafficLightOutput[]>([])

  useOutputs(run, {
    wait: {
      handle: async (wait, { signal }) => {
        setWaits((before) => [...before, wait])
        await clock.wait(wait.milliseconds, signal)
        setWaits((before) => before.filter((other) => other !== wait))
        return { type: 'TIME_UP' }
      },
      while: ({ at }, wait) => at === wait.at,
      latest: true,
    },
  })

  function changeSpeed(next: number): void {
    setSpeed(next)
    clock.setSpeed(next)
  }

  const isOn = state.at !== 'off' && state.at !== 'flashing'
  return (
    <Flow
      title="Traffic light"
      lead="A machine has no clock. It says how long to wait, and code outside of it waits and answers with an event. When the light changes, or the next wait begins, the old wait is cancelled."
      code={files}
      run={run}
      beside={<StateDiagram machine={trafficLight} at={state.at} />}
    >
      <section aria-label="Crossing" className="part">
        <CrossingPicture state={state} speed={speed} />
        <output className="light-words">{wordsFor(state)}</output>
        <div className="light-controls">
          <button type="button" className="primary" onClick={() => send({ type: isOn ? 'FLASH' : 'SWITCH_ON' })}>
            {isOn ? 'Flash amber' : state.at === 'off' ? 'Switch on' : 'Stop flashing'}
          </button>
          <button
            type="button"
            disabled={!(state.at === 'green' || state.at === 'amber') || state.waiting}
            onClick={() => send({ type: 'PUSH' })}
          >
            Request to cross
          </button>
          <Slider label="Clock speed" value={speed} min={1} max={10} meaning={`${speed} ×`} onChange={changeSpeed} />
        </div>
      </section>
      <TimerList waits={waits} speed={speed} />
    </Flow>
  )
}

function wordsFor(state: TrafficLight): ReactElement {
  switch (state.at) {
    case 'off':
      return <>The light is off.</>
    case 'red':
      return (
        <>
          The light is <strong>red</strong>. {state.crossing ? 'Somebody is crossing.' : 'Cars wait.'}
        </>
      )
    case 'green':
      return (
        <>
          The light is <strong>green</strong>. {state.waiting ? 'Somebody wants to cross.' : 'Cars go.'}
        </>
      )
    case 'amber':
      return (
        <>
          The light is <strong>amber</strong>. {state.waiting ? 'Somebody wants to cross.' : 'Cars slow down.'}
        </>
      )
    case 'flashing':
      return (
        <>
          The light is <strong>flashing</strong>. Everybody must take care.
        </>
      )
  }
}
