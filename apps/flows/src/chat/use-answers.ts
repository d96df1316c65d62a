// The effects of a chat: what the model says is piped into the run, until it ends or is stopped.

import type { Run } from '@xmachines/core'
import { useOutputs } from '@xmachines/react'
import { useEffect, useRef } from 'react'

import type { Chat, ChatEvent, ChatOutput } from './chat.ts'
import type { Model } from './model.ts'

/**
 * Has a model answer what the run asks, while the component is mounted.
 *
 * @param pace how many tokens a second; it may change while the model talks
 */
export function useAnswers(run: Run<Chat, ChatEvent, ChatOutput>, model: Model, pace: number): void {
  const latestPace = useRef(pace)
  useEffect(() => {
    latestPace.current = pace
  })
  /** Stops the answer under way. */
  const stop = useRef<AbortController>(undefined)
  useOutputs(run, {
    ask: async ({ question }, { signal: unmounted }) => {
      stop.current = new AbortController()
      const signal = AbortSignal.any([stop.current.signal, unmounted])
      // A set of ports of its own: it is locked while the model talks, and closed when it has ended.
      const { in: writable } = run.ports()
      await model
        .answer(question, () => latestPace.current)
        .pipeThrough(asEvents())
        .pipeTo(writable, { signal })
        .catch((thrown: unknown) => {
          if (!signal.aborted) throw thrown
        })
    },
    stop: () => stop.current?.abort(),
  })
}

function asEvents(): TransformStream<string, ChatEvent> {
  return new TransformStream({
    transform: (text, controller) => controller.enqueue({ type: 'TOKEN', text }),
    flush: (controller) => controller.enqueue({ type: 'END' }),
  })
}
