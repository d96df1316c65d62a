// The conversation. A token renders only its paragraph, however long the answer is. Finished paragraphs are grouped
// into pages, and only the last page changes.

import type { Run } from '@xmachines/core'
import { useSnapshot } from '@xmachines/react'
import { memo, type ReactElement } from 'react'

import type { Chat, ChatEvent, ChatOutput } from './chat.ts'
import { BREAK } from './paragraphs.ts'

/** The number of paragraphs in a page. */
const PARAGRAPHS = 20

interface ThreadProps {
  readonly run: Run<Chat, ChatEvent, ChatOutput>
}

/** All questions and answers. The newest is at the bottom and stays in view. */
export function Thread({ run }: ThreadProps): ReactElement {
  const turns = useSnapshot(run, ({ state }) => state.turns)
  const asked = useSnapshot(run, ({ state }) => (state.at === 'answering' ? state.question : undefined))
  return (
    <div
      className="thread"
      role="log"
      aria-label="Conversation"
      // Screen readers wait for the end of an answer instead of announcing each token.
      aria-busy={asked !== undefined}
      // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so it takes the focus
      tabIndex={0}
    >
      <div>
        {/* One list, so that an answer keeps its element when it ends. */}
        {[...turns, ...(asked === undefined ? [] : [{ question: asked, answer: undefined }])].map(
          ({ question, answer }, index) => (
            <Exchange key={index} run={run} question={question} answer={answer} />
          ),
        )}
        {turns.length === 0 && asked === undefined && <p className="quiet">Ask a question, or pick one below.</p>}
      </div>
    </div>
  )
}

interface ExchangeProps extends ThreadProps {
  readonly question: string
  /** Undefined until the answer has ended. */
  readonly answer: string | undefined
}

const Exchange = memo(function Exchange({ run, question, answer }: ExchangeProps): ReactElement {
  return (
    <>
      <p className="question">{question}</p>
      <div className="answer">
        <Finished run={run} answer={answer} />
        {answer === undefined && <Growing run={run} />}
      </div>
    </>
  )
})

/** An answer, or the finished paragraphs of the current one. */
function Finished({ run, answer }: Omit<ExchangeProps, 'question'>): ReactElement {
  const text = useSnapshot(run, ({ state }) => answer ?? (state.at === 'answering' ? state.finished : ''))
  return (
    <>
      {pagesOf(text).map((page, index) => (
        <Page key={index} text={page} />
      ))}
    </>
  )
}

/** A group of paragraphs. A newly finished paragraph renders only the last page. */
const Page = memo(function Page({ text }: { readonly text: string }): ReactElement {
  return (
    <>
      {text.split(BREAK).map((paragraph, index) => (
        <p key={index}>{paragraph}</p>
      ))}
    </>
  )
})

function pagesOf(text: string): readonly string[] {
  if (text === '') return []
  const paragraphs = text.split(BREAK)
  const pages: string[] = []
  for (let at = 0; at < paragraphs.length; at += PARAGRAPHS) {
    pages.push(paragraphs.slice(at, at + PARAGRAPHS).join(BREAK))
  }
  return pages
}

function Growing({ run }: ThreadProps): ReactElement {
  return <p className="growing">{useSnapshot(run, ({ state }) => (state.at === 'answering' ? state.paragraph : ''))}</p>
}
