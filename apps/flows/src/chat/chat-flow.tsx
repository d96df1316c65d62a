// A chat with a model whose tokens are piped into a run one by one, at an adjustable speed.

import { type Send, useRun, useSend, useSnapshot } from '@xmachines/react'
import { type FormEvent, type ReactElement, useId, useRef, useState } from 'react'

import { Flow } from '../parts/flow.tsx'
import { FrameMeter } from '../parts/frame-meter.tsx'
import { LatestRefusal } from '../parts/refusals.tsx'
import { Slider } from '../parts/slider.tsx'
import type { SourceFile } from '../parts/sources.tsx'
import { StateDiagram } from '../parts/state-diagram.tsx'
import { type Chat, type ChatEvent, chat } from './chat.ts'
import './chat.css'
import { type Model, SUGGESTIONS } from './model.ts'
import { Thread } from './thread.tsx'
import { useAnswers } from './use-answers.ts'

const files: readonly SourceFile[] = [
  { part: 'machine', path: 'chat/chat.ts', read: () => import('./chat.ts?raw') },
  { part: 'view', path: 'chat/chat-flow.tsx', read: () => import('./chat-flow.tsx?raw') },
  { part: 'wiring', path: 'chat/use-answers.ts', read: () => import('./use-answers.ts?raw') },
]

interface ChatFlowProps {
  readonly model: Model
}

/** The positions of the slider, in tokens per second. */
const PACES: readonly number[] = [10, 30, 100, 300, 1000]

/** The flow: a conversation, and a measurement of how smoothly the page shows it. */
export function ChatFlow({ model }: ChatFlowProps): ReactElement {
  const run = useRun(chat)
  const at = useSnapshot(run, ({ state }) => state.at)
  const isNew = useSnapshot(run, ({ state }) => state.turns.length === 0)
  const send = useSend(run)
  const [notch, setNotch] = useState(1)
  const pace = PACES[notch] as number
  useAnswers(run, model, pace)

  return (
    <Flow
      title="Streaming chat"
      lead="A model answers, and each of its tokens is an event that is piped into the run. Stop it in the middle of a sentence, let it answer again, or let it answer faster than anybody can read."
      code={files}
      run={run}
      beside={<StateDiagram machine={chat} at={at} />}
    >
      <section aria-label="Chat" className="part chat">
        <Thread run={run} />
        <div className="actions">
          <button type="button" disabled={at !== 'answering'} onClick={() => send({ type: 'STOP' })}>
            Stop
          </button>
          <button type="button" disabled={at === 'answering' || isNew} onClick={() => send({ type: 'REGENERATE' })}>
            Regenerate
          </button>
          <output className="quiet">{words[at]}</output>
        </div>
        <Questions answering={at === 'answering'} send={send} />
        <LatestRefusal run={run} />
      </section>
      <section aria-label="Speed" className="part pace">
        <h2>Speed</h2>
        <Slider
          label="Model speed"
          value={notch}
          min={0}
          max={PACES.length - 1}
          meaning={`${pace.toLocaleString('en')} tokens/s`}
          onChange={setNotch}
        />
        <FrameMeter run={run} measuring={at === 'answering'} />
      </section>
    </Flow>
  )
}

const words: Readonly<Record<Chat['at'], string>> = {
  idle: '',
  answering: 'The model is answering…',
  stopped: 'The model was stopped.',
}

interface QuestionsProps {
  readonly answering: boolean
  readonly send: Send<ChatEvent>
}

function Questions({ answering, send }: QuestionsProps): ReactElement {
  const [question, setQuestion] = useState('')
  const id = useId()
  const input = useRef<HTMLInputElement>(null)

  function ask(asked: string): void {
    if (send({ type: 'ASK', question: asked }) === undefined) setQuestion('')
    // The pressed button is about to be disabled and would lose the focus.
    input.current?.focus()
  }

  function submit(event: FormEvent): void {
    event.preventDefault()
    if (!answering) ask(question)
  }

  return (
    <form className="questions" onSubmit={submit}>
      <div>
        <label htmlFor={id}>Question</label>
        <input
          ref={input}
          id={id}
          value={question}
          onChange={(event) => setQuestion(event.target.value)}
          autoComplete="off"
        />
      </div>
      <button type="submit" className="primary" disabled={answering}>
        Ask
      </button>
      <div className="suggestions">
        {SUGGESTIONS.map((suggestion) => (
          <button key={suggestion} type="button" disabled={answering} onClick={() => ask(suggestion)}>
            {suggestion}
          </button>
        ))}
      </div>
    </form>
  )
}
