// The effects of a chat: pipes the tokens of the model into the run, until the answer ends or is stopped.

import type { Run } from '@xmachines/core'
import { useOutputs } from '@xmachines/react'
import { useEffect, useRef } from 'react'

import type { Chat, ChatEvent, ChatOutput } from './chat.ts'
import type { Model } from './model.ts'

/**
 * Lets a model answer the questions of a run, while the component is mounted.
 *
 * @param pace tokens per second; it may change during an answer
 */
export function useAnswers(run: Run<Chat, ChatEvent, ChatOutput>, model: Model, pace: number): void {
  const latestPace = useRef(pace)
  useEffect(() => {
    latestPace.current = pace
  })
  useOutputs(run, {
    ask: {
      handle: async ({ question }, { signal }) => {
        // A separate set of ports: its `in` is locked during the answer and closed at its end.
        const { in: writable } = run.ports()
        await model
          .answer(question, () => latestPace.current)
          .pipeThrough(asEvents())
          .pipeTo(writable, { signal })
      },
      // STOP leaves this state, which stops the pipe and with it the model.
      while: ({ at }) => at === 'answering',
    },
  })
}

function asEvents(): TransformStream<string, ChatEvent> {
  return new TransformStream({
    transform: (text, controller) => controller.enqueue({ type: 'TOKEN', text }),
    flush: (controller) => controller.enqueue({ type: 'END' }),
  })
}
