// One tab with the draft. The flow shows two: each has a store of its own on the same database, as two tabs of a browser have.

import type { RunEvent } from '@xmachines/core'
import type { SharedRun } from '@xmachines/core/store'
import { type IndexedDbStore, indexedDbStore } from '@xmachines/indexeddb'
import { useSend, useSnapshot } from '@xmachines/react'
import { usePersistentRun } from '@xmachines/react/persistent'
import { type ReactElement, Suspense, useEffect, useId, useState, useSyncExternalStore } from 'react'

import type { ObservedRun } from '../parts/observed-run.ts'
import { draft1, draft2, renamed } from './draft.ts'

interface TabProps {
  readonly name: string
  /** The database. Its runs are those of this visit. */
  readonly database: string
  /** Whether the tab has loaded version 2 of the app. */
  readonly isUpdated: boolean
  /** Shows the run beside the tabs. */
  readonly onRun?: (run: ObservedRun) => void
  readonly onReload: () => void
}

/** A tab: its title bar, and the form once the run is open. */
export function Tab({ name, database, isUpdated, onRun, onReload }: TabProps): ReactElement {
  const [store] = useState(() => indexedDbStore({ name: database }))
  const [problem, setProblem] = useState<string>()
  const Form = isUpdated ? FormWithPlace : FirstForm
  return (
    <section className="tab" aria-label={name}>
      <header>
        <h2>{name}</h2>
        <span className="version">version {isUpdated ? 2 : 1}</span>
        <button type="button" aria-label={`Reload ${name}`} onClick={onReload}>
          Reload
        </button>
      </header>
      <div className="page">
        <Suspense fallback={<p className="quiet">Opening the draft …</p>}>
          <Form store={store} problem={problem} onRun={onRun} onProblem={setProblem} />
        </Suspense>
      </div>
    </section>
  )
}

interface FormProps {
  readonly store: IndexedDbStore
  /** Why the draft is not kept, if it is not. */
  readonly problem: string | undefined
  readonly onRun: ((run: ObservedRun) => void) | undefined
  readonly onProblem: (message: string) => void
}

function FirstForm({ store, problem, onRun, onProblem }: FormProps): ReactElement {
  const run = usePersistentRun(draft1, { store, key: 'draft', onStoreError: ({ message }) => onProblem(message) })
  const { title, message } = useSnapshot(run, ({ state }) => state)
  const send = useSend(run)
  useEffect(() => onRun?.(run), [run, onRun])
  return (
    <form>
      <Field label="Title" value={title} onType={(text) => send({ type: 'TITLE', text })} />
      <Field label="Message" isLong value={message} onType={(text) => send({ type: 'MESSAGE', text })} />
      <Kept run={run} problem={problem} />
    </form>
  )
}

function FormWithPlace({ store, problem, onRun, onProblem }: FormProps): ReactElement {
  const run = usePersistentRun(draft2, {
    store,
    key: 'draft',
    migrate: { rename: renamed },
    onStoreError: ({ message }) => onProblem(message),
  })
  const { title, message, place } = useSnapshot(run, ({ state }) => state)
  const send = useSend(run)
  useEffect(() => onRun?.(run), [run, onRun])
  return (
    <form>
      <Field label="Title" value={title} onType={(text) => send({ type: 'TITLE_TYPED', text })} />
      <Field label="Place" value={place} onType={(text) => send({ type: 'PLACE_TYPED', text })} />
      <Field label="Message" isLong value={message} onType={(text) => send({ type: 'MESSAGE_TYPED', text })} />
      <Kept run={run} problem={problem} />
    </form>
  )
}

interface FieldProps {
  readonly label: string
  readonly value: string
  readonly isLong?: boolean
  readonly onType: (text: string) => unknown
}

function Field({ label, value, isLong = false, onType }: FieldProps): ReactElement {
  const id = useId()
  const given = { id, value, autoComplete: 'off' }
  return (
    <div>
      <label htmlFor={id}>{label}</label>
      {isLong ? (
        <textarea {...given} rows={3} onChange={({ target }) => onType(target.value)} />
      ) : (
        <input {...given} onChange={({ target }) => onType(target.value)} />
      )}
    </div>
  )
}

interface KeptProps {
  readonly run: Pick<SharedRun<unknown, RunEvent>, 'pending' | 'onChange'>
  readonly problem: string | undefined
}

/** Whether all that was typed is in the database. */
function Kept({ run, problem }: KeptProps): ReactElement {
  const pending = useSyncExternalStore(run.onChange, () => run.pending)
  if (problem !== undefined) return <p role="alert">This draft is not kept: {problem}</p>
  return <p className="quiet kept">{pending === 0 ? 'Kept in this browser' : 'Keeping …'}</p>
}
