// A time machine, and two runs of different machines to travel in. The time machine works with any machine: each one
// brings the components that show its states.

import type { Run, RunEvent } from '@xmachines/core'
import { type Send, useRun } from '@xmachines/react'
import { type ReactElement, useMemo, useState } from 'react'

import { type Family, useFamily } from '../parts/family.ts'
import { Flow } from '../parts/flow.tsx'
import { useMoments } from '../parts/moments.ts'
import type { SourceFile } from '../parts/sources.tsx'
import type { Ticker } from '../parts/ticker.ts'
import { useTravel } from '../parts/travel.ts'
import { PixelBoard, PixelPicture } from './pixel-board.tsx'
import { type DrawingEvent, pixels } from './pixels.ts'
import { RunShelf } from './run-shelf.tsx'
import { TileBoard, TilePicture } from './tile-board.tsx'
import { type Tiles, tiles } from './tiles.ts'
import { TimeMachine } from './time-machine.tsx'
import './time-machine.css'

const files: readonly SourceFile[] = [
  { part: 'machine', path: 'time-machine/pixels.ts', read: () => import('./pixels.ts?raw') },
  { part: 'view', path: 'time-machine/time-machine.tsx', read: () => import('./time-machine.tsx?raw') },
  { part: 'wiring', path: 'time-machine/time-machine-flow.tsx', read: () => import('./time-machine-flow.tsx?raw') },
]

interface TimeMachineFlowProps {
  /** The ticks of a replay. */
  readonly ticker: Ticker
  /** The first order of the sliding tiles. */
  readonly deal: Tiles
}

/** The flow: a drawing and a game, each with a history to travel in. */
export function TimeMachineFlow({ ticker, deal }: TimeMachineFlowProps): ReactElement {
  const drawing = useFamily(useRun(pixels))
  const game = useFamily(useRun(tiles, { input: { tiles: deal } }))
  const [subject, setSubject] = useState<'drawing' | 'game'>('drawing')

  const choice = (
    <fieldset className="actions subjects" aria-label="Choose a run to travel in">
      <button type="button" aria-pressed={subject === 'drawing'} onClick={() => setSubject('drawing')}>
        A drawing
      </button>
      <button type="button" aria-pressed={subject === 'game'} onClick={() => setSubject('game')}>
        Sliding tiles
      </button>
    </fieldset>
  )
  return subject === 'drawing' ? (
    <Journey
      key="drawing"
      family={drawing}
      ticker={ticker}
      show={(state, send, run) => <PixelBoard steps={state} send={send} stream={(events) => streamInto(run, events)} />}
      picture={({ present }) => <PixelPicture drawing={present} />}
    >
      {choice}
    </Journey>
  ) : (
    <Journey
      key="game"
      family={game}
      ticker={ticker}
      show={(state, send) => <TileBoard game={state} send={send} />}
      picture={(state) => <TilePicture game={state} />}
    >
      {choice}
    </Journey>
  )
}

interface JourneyProps<State, Event extends RunEvent, Output, Input> {
  readonly family: Family<State, Event, Output, Input>
  readonly ticker: Ticker
  readonly show: (state: State, send: Send<Event> | undefined, run: Run<State, Event, Output, Input>) => ReactElement
  readonly picture: (state: State) => ReactElement
  readonly children: ReactElement
}

function Journey<State, Event extends RunEvent, Output, Input>({
  family,
  ticker,
  show,
  picture,
  children,
}: JourneyProps<State, Event, Output, Input>): ReactElement {
  const { run } = family
  const moments = useMoments(run)
  const travel = useTravel(run, Math.max(0, moments.length - 1), ticker)
  const { sequence } = travel
  const moment = sequence === undefined ? undefined : moments[sequence]
  const records = useMemo(() => moments.map(({ record }) => record), [moments])
  return (
    <Flow
      title="Time machine"
      lead="A run is its events: replay the first of them, and you get the state of that time. Fork a branch from any commit. Undo a stroke: it leaves the drawing, and stays in the history."
      code={files}
      run={run}
      isAboutHistory
      past={moment && sequence !== undefined ? { snapshot: moment.snapshot, records, sequence } : undefined}
    >
      {children}
      <TimeMachine
        run={run}
        moments={moments}
        travel={travel}
        show={(state, send) => show(state, send, run)}
        onBranch={family.branch}
        onCopy={family.copy}
      />
      <RunShelf family={family} picture={picture} />
    </Flow>
  )
}

/** Writes events one by one through `in`: a thousand commits, shown once a frame. */
function streamInto<State, Output, Input>(
  run: Run<State, DrawingEvent, Output, Input>,
  events: readonly DrawingEvent[],
): void {
  const writer = run.ports().in.getWriter()
  for (const event of events) void writer.write(event)
}
