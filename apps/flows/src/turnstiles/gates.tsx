// Three turnstiles, each with its own sender: a button, a timer, and a piped stream.

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

/** Lets one visitor in at each press. It holds the lock of its port while it is mounted. */
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
        Let one visitor in
      </button>
    </GateCard>
  )
}

/** Lets one visitor in at each tick. It holds the lock of its port while the timer runs. */
export function TimerGate({ run, ticker }: TickingGateProps): ReactElement {
  const turnstile = useTurnstile(run, 'timer')
  const { ports } = turnstile
  const [isOn, setIsOn] = useState(false)
  // A tick uses the functions of the latest render.
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

/** Lets visitors in from a stream. The pipe holds the lock of the port, and takes one visitor after another. */
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
      onVisitor: () => counts.current.countWritten(),
      onNext: () => counts.current.countAnswered(),
    })
    // Only the pipe ends. The port stays open for the next pipe.
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
  const { written, answered, refused } = turnstile
  return (
    <section className="part gate" data-gate={gate} aria-label={title}>
      <h2>{title}</h2>
      <p className="lock" data-locked={isLocked}>
        {isLocked ? 'Its port is locked.' : 'Its port is free.'}
      </p>
      {children}
      <dl>
        <dt>written</dt>
        <dd>{written}</dd>
        <dt>answered</dt>
        <dd>{answered}</dd>
        <dt>refused</dt>
        <dd>{refused}</dd>
      </dl>
    </section>
  )
}
