// What the panel says about the selected row: the change of the state, the state, and the batch with its outputs and its commit.
// What is replayed or hashed later is shown in a later frame.

import type { RunError, RunEvent } from '@xmachines/core'
import type { ObservedOutput, ObservedRun } from '../observe/observed-run.ts'
import { brief } from './brief.ts'
import { differenceOf } from './difference.ts'
import type { Maker } from './element.ts'
import type { HistoryRow } from './history-rows.ts'
import { inOrder } from './state-name.ts'
import { changeTree, valueTree } from './value-view.ts'

/** The parts of the detail. */
export type Tab = 'change' | 'state' | 'batch' | 'outputs'

/** The content of a part, and whether it is complete. */
export interface Content {
  readonly nodes: readonly Node[]
  readonly isComplete: boolean
}

const complete = (...nodes: Node[]): Content => ({ nodes, isComplete: true })

/** The content of a part for a row. */
export function contentOf(make: Maker, tab: Tab, observed: ObservedRun, row: HistoryRow): Content {
  if (tab === 'outputs') return outputs(make, observed)
  if (row.refusal !== undefined) return complete(refusal(make, row.refusal))
  if (tab === 'change') return change(make, observed, row.sequence)
  if (tab === 'state') return state(make, observed, row.sequence)
  return batch(make, observed, row.sequence)
}

const reasons = {
  later: 'Replaying…',
  dropped: 'The run has dropped the batches before this one, so this state is not known.',
  diverged: 'The machine replays this history otherwise: it is not deterministic, or has changed.',
} as const

function note(make: Maker, text: string): HTMLElement {
  return make('p', { class: 'quiet' }, text)
}

/** Why a state is not known. */
function unknown(make: Maker, reason: keyof typeof reasons): Content {
  return { nodes: [note(make, reasons[reason])], isComplete: reason !== 'later' }
}

function change(make: Maker, observed: ObservedRun, sequence: number): Content {
  const after = observed.moment(sequence)
  if (typeof after === 'string') return unknown(make, after)
  if (sequence === 0)
    return complete(note(make, 'The run begins with this state.'), valueTree(make, inOrder(after.state)))
  const before = observed.moment(sequence - 1)
  if (typeof before === 'string') return unknown(make, before)
  const found = differenceOf(inOrder(before.state), inOrder(after.state))
  return complete(found === undefined ? note(make, 'This batch left the state as it was.') : changeTree(make, found))
}

function state(make: Maker, observed: ObservedRun, sequence: number): Content {
  const found = observed.moment(sequence)
  if (typeof found === 'string') return unknown(make, found)
  return complete(valueTree(make, inOrder(found.state)))
}

function batch(make: Maker, observed: ObservedRun, sequence: number): Content {
  const nodes: Node[] = []
  const events = observed.batch(sequence) ?? []
  if (sequence > 0)
    nodes.push(heading(make, events.length === 1 ? 'Event' : `${events.length} events, applied together`))
  for (const event of events) nodes.push(eventView(make, event))
  if (sequence === 0) {
    const { input } = observed.run.genesis
    nodes.push(heading(make, 'Input'), input === undefined ? note(make, 'none') : valueTree(make, input))
  }
  const emitted = observed.outputs(sequence)
  if (typeof emitted !== 'string' && emitted.length > 0) {
    nodes.push(heading(make, emitted.length === 1 ? 'Output' : `${emitted.length} outputs`), outputList(make, emitted))
  }
  const commit = observed.commit(sequence)
  if (commit === undefined) {
    const why = sequence > observed.confirmed ? 'It is pending: it has no commit yet.' : reasons.dropped
    nodes.push(note(make, why))
  } else if (commit === 'later') nodes.push(note(make, 'Hashing…'))
  else {
    const { oid, text, size } = commit
    nodes.push(
      heading(make, 'Commit'),
      make('p', { class: 'oid' }, make('code', {}, oid), make('span', { class: 'quiet' }, ` ${size} bytes`)),
      make('pre', { tabindex: '0', 'aria-label': 'The bytes of the commit' }, text),
    )
  }
  return { nodes, isComplete: emitted !== 'later' && commit !== 'later' }
}

function eventView(make: Maker, { type, ...rest }: RunEvent): HTMLElement {
  const members = Object.keys(rest).length === 0 ? undefined : valueTree(make, rest, 1)
  return make('div', { class: 'event' }, make('strong', {}, type), members)
}

function refusal(make: Maker, { code, message, reason, details, batch, index }: RunError): HTMLElement {
  const view = make('div', { class: 'refused' }, make('p', {}, make('strong', {}, code), ` ${reason ?? ''}`))
  view.append(make('p', {}, message))
  if (details !== undefined) view.append(heading(make, 'Details'), valueTree(make, details))
  if (batch !== undefined) {
    const only = batch.length > 1 && index !== undefined ? `, of which event ${index} was refused` : ''
    view.append(heading(make, `The batch${only}`), valueTree(make, batch))
  }
  return view
}

function outputs(make: Maker, observed: ObservedRun): Content {
  const waiting = observed.waiting()
  const said = `${observed.position} emitted so far`
  if (waiting.length === 0) return complete(note(make, `No output waits; ${said}.`))
  return complete(note(make, `${waiting.length} not done; ${said}.`), outputList(make, waiting))
}

const fates: Readonly<Record<ObservedOutput['fate'], string>> = {
  handling: 'being handled',
  settled: 'settled',
  cancelled: 'cancelled',
  failed: 'its handler threw',
  aborted: 'its handling ended too early',
  read: 'read',
  waiting: 'waits for its reader',
  unread: 'nobody reads it',
}

function outputList(make: Maker, list: readonly ObservedOutput[]): HTMLElement {
  const items = list.map(({ position, output, fate }) =>
    make(
      'li',
      {},
      make('span', { class: 'no' }, String(position)),
      make('code', {}, brief(output)),
      make('span', { class: `fate ${fate}` }, fates[fate]),
    ),
  )
  return make('ul', { class: 'output-list' }, ...items)
}

function heading(make: Maker, text: string): HTMLElement {
  return make('h3', {}, text)
}
