// Three turnstiles. Each has a sender of its own: somebody who presses a button, a timer, and a stream that is piped.

import { type ReactElement, type ReactNode, useEffect, useRef, useState } from 'react'

import type { Ticker } from '../parts/ticker.ts'
import { crowd } from './crowd.ts'
import type { Gate } from './stadium.ts'
import { type StadiumRun, type Turnstile, useTurnstile } from './use-turnstile.ts'

interface GateProps {
  readonly run: StadiumRun
}

interface TickingGateProps extends GateProps {
  readonly ticker: Ticker
}

/** Whoever presses the button lets one in, and holds the lock of this turnstile for as long as it is there. */
export function ButtonGate({ run }: GateProps): ReactElement {
  const turnstile = useTurnstile(run, 'button')
  const { ports } = turnstile
  const writer = useRef<Parameters<Turnstile['enter']>[0]>(undefined)
  useEffect(() => {
    const taken = ports.in.getWriter()
    writer.current = taken
    return () => taken.releaseLock()
  }, [ports])
  return (
    <GateCard gate="button" title="A button" turnstile={turnstile} isLocked>
      <button type="button" onClick={() => writer.current && void turnstile.enter(writer.current)}>
        Let one in
      </button>
    </GateCard>
  )
}

/** While the timer runs, it holds the lock, and lets one in with each tick. */
export function TimerGate({ run, ticker }: TickingGateProps): ReactElement {
  const turnstile = useTurnstile(run, 'timer')
  const { ports } = turnstile
  const [isOn, setIsOn] = useState(false)
  // A tick counts with what was rendered last.
  const enter = useRef(turnstile.enter)
  useEffect(() => {
    enter.current = turnstile.enter
  })
  useEffect(() => {
    if (!isOn) return undefined
    const writer = ports.in.getWriter()
    const stop = ticker(() => void enter.current(writer))
    return () => {
      stop()
      writer.releaseLock()
    }
  }, [isOn, ports, ticker])
  return (
    <GateCard gate="timer" title="A timer" turnstile={turnstile} isLocked={isOn}>
      <button type="button" aria-pressed={isOn} onClick={() => setIsOn(!isOn)}>
        {isOn ? 'Stop the timer' : 'Start the timer'}
      </button>
    </GateCard>
  )
}

/** While the stream is piped, the pipe holds the lock, and takes the next visitor when the one before came through. */
export function StreamGate({ run, ticker }: TickingGateProps): ReactElement {
  const turnstile = useTurnstile(run, 'stream')
  const { ports } = turnstile
  const [isOn, setIsOn] = useState(false)
  const counts = useRef(turnstile)
  useEffect(() => {
    counts.current = turnstile
  })
  useEffect(() => {
    if (!isOn) return undefined
    const stop = new AbortController()
    const source = crowd(ticker, {
      onVisitor: () => counts.current.noteBegun(),
      onNext: () => counts.current.noteAnswered(),
    })
    // The pipe ends, and this turnstile does not: another pipe may come.
    const piped = source.pipeTo(ports.in, { signal: stop.signal, preventAbort: true, preventClose: true })
    piped.catch((reason: unknown) => {
      if (!stop.signal.aborted) throw reason
    })
    return () => stop.abort()
  }, [isOn, ports, ticker])
  return (
    <GateCard gate="stream" title="A piped stream" turnstile={turnstile} isLocked={isOn}>
      <button type="button" aria-pressed={isOn} onClick={() => setIsOn(!isOn)}>
        {isOn ? 'Stop the stream' : 'Pipe the stream'}
      </button>
    </GateCard>
  )
}

interface GateCardProps {
  readonly gate: Gate
  readonly title: string
  readonly turnstile: Turnstile
  readonly isLocked: boolean
  readonly children: ReactNode
}

function GateCard({ gate, title, turnstile, isLocked, children }: GateCardProps): ReactElement {
  const { begun, answered, refused } = turnstile
  return (
    <section className="part gate" data-gate={gate} aria-label={title}>
      <h2>{title}</h2>
      <p className="lock" data-locked={isLocked}>
        {isLocked ? 'its port is locked' : 'its port is free'}
      </p>
      {children}
      <dl>
        <dt>written</dt>
        <dd>{begun}</dd>
        <dt>answered</dt>
        <dd>{answered}</dd>
        <dt>refused</dt>
        <dd>{refused}</dd>
      </dl>
    </section>
  )
}
