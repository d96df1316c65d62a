// The outcome of reading a file: the restored run, or the error and its place in the history.

import { RunError } from '@xmachines/core'
import type { ReactElement } from 'react'

/** The outcome of reading a file. */
export type Outcome =
  | {
      readonly at: 'restored'
      readonly file: string
      readonly id: string
      readonly head: string
      readonly sequence: number
    }
  | { readonly at: 'refused'; readonly file: string; readonly problem: unknown }

/** A message about the outcome. */
export function OutcomeView({ outcome }: { readonly outcome: Outcome | undefined }): ReactElement {
  return (
    <>
      <output className="outcome">{outcome?.at === 'restored' && <Restored {...outcome} />}</output>
      <div role="alert" className="outcome">
        {outcome?.at === 'refused' && <Refused {...outcome} />}
      </div>
    </>
  )
}

function Restored({ file, id, head, sequence }: Extract<Outcome, { readonly at: 'restored' }>): ReactElement {
  return (
    <div className="restored">
      <strong>Restored from {file}</strong>
      <dl>
        <dt>id</dt>
        <dd>
          <code>{id}</code>
        </dd>
        <dt>head</dt>
        <dd>
          <code>{head}</code>
        </dd>
      </dl>
      It continues from sequence {sequence}.
    </div>
  )
}

function Refused({ file, problem }: Extract<Outcome, { readonly at: 'refused' }>): ReactElement {
  return (
    <div className="refused">
      <strong>
        {isNoRunFile(file, problem) ? `${file} is not a run file` : `Refused: ${file}`}
        {problem instanceof RunError && problem.sequence !== undefined && ` breaks at sequence ${problem.sequence}`}
      </strong>
      <p>
        {problem instanceof RunError && <code className="code">{problem.code}</code>} {explain(problem)}
      </p>
    </div>
  )
}

/** Whether a file has no history in it, rather than one that is refused. A module is no run file either, and need not be. */
function isNoRunFile(file: string, problem: unknown): boolean {
  return !/\.m?js$/.test(file) && (problem instanceof SyntaxError || problem instanceof TypeError)
}

function explain(problem: unknown): string {
  if (problem instanceof SyntaxError) return `The file is not JSON: ${problem.message}`
  return problem instanceof Error ? problem.message : String(problem)
}
