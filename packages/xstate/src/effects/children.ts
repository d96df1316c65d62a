// The children of one run: real actors of XState, under an actor that stands for the run. It is made with the first child.

import { type AnyActor, type AnyActorLogic, type AnyActorRef, type AnyStateMachine, createActor } from 'xstate'
import type { ChartChild, ChartState } from '../chart.ts'
import { spawnedLogic } from '../chart-steps.ts'
import { worldOf } from '../kept-snapshot.ts'
import { type ActorMarker, fromMarkers } from '../references.ts'
import { endOf, logicOf, stopActor } from '../xstate-internals.ts'
import { failureOf, plainAnswer } from './plain-answer.ts'

type Answer = { readonly type: string }

/** A run as its effects see it: a run, or a set of its ports. */
export interface EffectPorts {
  readonly in: { send(event: never): unknown }
  readonly snapshot: { readonly current: { readonly state: unknown }; subscribe(listener: () => void): () => void }
}

interface Running {
  readonly id: string
  readonly number: number
  readonly actor: AnyActor
  /** Resolves with its last answer; with undefined if it was stopped. */
  readonly ended: Promise<Answer | undefined>
  end(answer?: Answer): void
}

/** What keeps the children of one run. */
export interface Children {
  /**
   * Starts a child, unless it is not wanted any more.
   * @param provided the chart with the actors to use: it may differ from the one that other children were started with
   * @param send takes its last answer, before another call can start it again
   * @returns its last answer, if this call has started it
   */
  start(
    provided: AnyStateMachine,
    id: string,
    child: ChartChild,
    signal: AbortSignal,
    send?: (answer: Answer) => void,
  ): Promise<Answer | undefined>
  stop(number: number): void
  send(number: number, event: Answer): void
  /** The actor that stands for the run. */
  host(): AnyActor
  /** The same value with the actors in it that markers stand for. */
  withActors<Value>(value: Value): Value
}

/** How children write to the console, and who else sees what they do. */
export interface HostOptions {
  /** Takes what `log` logs, in the chart and in its children: `console.log` unless given. */
  readonly logger?: (...logged: unknown[]) => void
}

/** Keeps the children of a run. Makes nothing until one is started. */
export function keepChildren(run: EffectPorts, chart: AnyStateMachine, { logger }: HostOptions): Children {
  const running = new Map<number, Running>()
  const byActor = new Map<unknown, Running>()
  /** Events for children that are wanted and have not started. */
  const early = new Map<number, Answer[]>()
  let host: AnyActor | undefined

  const stateNow = (): ChartState => run.snapshot.current.state as ChartState
  const childNow = (number: number): readonly [string, ChartChild] | undefined =>
    Object.entries(stateNow().children ?? {}).find(([, child]) => child.number === number)
  const isWanted = (number: number): boolean => {
    const found = childNow(number)
    return found !== undefined && found[1].status === undefined
  }

  /** The number that the chart knows an actor by: -1 if it is not one of the chart, so that nothing is sent to another. */
  const numberFor = (actor: AnyActorRef): number | undefined =>
    actor === host ? undefined : (byActor.get(actor)?.number ?? -1)

  /** Gives the chart an event that was sent to the actor that stands for the run. */
  function relay(source: unknown, event: Answer): void {
    const from = byActor.get(source)
    if (from === undefined) {
      run.in.send(plainAnswer('', event, numberFor) as never)
      return
    }
    const answer = { ...plainAnswer(from.id, event, numberFor), 'xstate.from': from.number }
    if (endOf(answer, from.id) !== undefined) from.end(answer)
    else if (isWanted(from.number)) run.in.send(answer as never)
  }

  function makeHost(): AnyActor {
    const made = createActor<AnyActorLogic>(nothing, {
      id: chart.id,
      logger: logger as never,
      inspect(inspected) {
        if (
          inspected.type === '@xstate.event' &&
          inspected.actorRef === made &&
          inspected.event.type !== 'xstate.init'
        ) {
          relay(inspected.sourceRef, inspected.event)
        }
      },
    })
    made.getSnapshot = () => worldOf(chart).snapshotOf(stateNow())
    return made.start()
  }

  function startActor(provided: AnyStateMachine, id: string, child: ChartChild): Running {
    const { number, src, input, systemId, syncSnapshot } = child
    const logic = src === undefined ? spawnedLogic.get(child) : logicOf(provided, src)
    let end = (_answer?: Answer): void => undefined
    const ended = new Promise<Answer | undefined>((resolve) => {
      end = resolve
    })
    if (logic === undefined) {
      const why =
        src === undefined
          ? 'it was spawned from a value; spawn it by a name of setup({ actors })'
          : `setup({ actors }) has no "${src}"`
      end({ ...failureOf(id, `the child "${id}" cannot be started: ${why}`), 'xstate.from': number } as Answer)
    }
    const actor = createActor<AnyActorLogic>(logic ?? nothing, {
      id,
      parent: hostOf(),
      input: withActors(input),
      src,
      systemId,
      syncSnapshot,
    } as never)
    const one: Running = { id, number, actor, ended, end }
    running.set(number, one)
    byActor.set(actor, one)
    if (logic !== undefined) actor.start()
    for (const event of early.get(number) ?? []) actor.send(event)
    early.delete(number)
    return one
  }

  function hostOf(): AnyActor {
    return (host ??= makeHost())
  }

  function withActors<Value>(value: Value): Value {
    return fromMarkers(value, actorOf)
  }

  function actorOf({ id, number }: ActorMarker): AnyActorRef {
    if (number === undefined) return hostOf()
    const actor = running.get(number)?.actor
    // It is not started yet, or has stopped.
    return (
      actor ?? Object.assign(worldOf(chart).still.child(id, number), { send: (event: Answer) => send(number, event) })
    )
  }

  function send(number: number, event: Answer): void {
    const actor = running.get(number)?.actor
    if (actor !== undefined) actor.send(withActors(event))
    else if (isWanted(number)) early.set(number, [...(early.get(number) ?? []), withActors(event)])
  }

  return {
    async start(provided, id, child, signal, send) {
      const { number } = child
      // Another handling of the same run has started it. If that one stops, this one takes over.
      for (let other = running.get(number); other !== undefined; other = running.get(number)) {
        if ((await other.ended) !== undefined) return undefined
      }
      if (signal.aborted || !isWanted(number)) return undefined
      const one = startActor(provided, id, childNow(number)?.[1] ?? child)
      const stop = (): void => one.end()
      signal.addEventListener('abort', stop)
      const answer = await one.ended
      signal.removeEventListener('abort', stop)
      if (answer === undefined) stopActor(one.actor)
      else send?.(answer)
      running.delete(number)
      byActor.delete(one.actor)
      return answer
    },
    stop(number) {
      running.get(number)?.end()
    },
    send,
    host: hostOf,
    withActors,
  }
}

/** Logic that does nothing: of the actor that stands for the run, and of a child that cannot be started. */
const nothing: AnyActorLogic = {
  getInitialSnapshot: () => ({ status: 'active' }),
  transition: (snapshot: unknown) => snapshot,
  getPersistedSnapshot: (snapshot: unknown) => snapshot as never,
}
