// Opens the file of a run: its history, the state after each commit, its refusals, and a test of it. The machine is one of
// the flows, or comes in a module beside the file.

import { createRun, type Run, type RunDocument, type RunEvent, restoreRun } from '@xmachines/core'
import { type ReactElement, useState } from 'react'

import { door } from '../door/door.ts'
import { FlowPage } from '../parts/flow.tsx'
import type { SourceFile } from '../parts/sources.tsx'
import { FileChooser } from '../save-restore/file-chooser.tsx'
import { type Outcome, OutcomeView } from '../save-restore/outcome-view.tsx'
import { fileOf } from '../save-restore/run-file.ts'
import '../save-restore/save-restore.css'
import { type AnyMachine, flowMachines } from './flow-machines.ts'
import { machinesOf } from './machine-module.ts'
import { type CapturedRefusal, OpenedRun } from './opened-run.tsx'

type OpenRun = Run<unknown, RunEvent, unknown, unknown>

interface Opened {
  readonly run: OpenRun
  readonly refusals: readonly CapturedRefusal[]
}

const code: readonly SourceFile[] = [
  { part: 'opening', path: 'run-file/run-file-flow.tsx', read: () => import('./run-file-flow.tsx?raw') },
  { part: 'module', path: 'run-file/machine-module.ts', read: () => import('./machine-module.ts?raw') },
  { part: 'view', path: 'run-file/opened-run.tsx', read: () => import('./opened-run.tsx?raw') },
]

/** The page: a place to drop files, and the run that was opened. */
export function RunFileFlow(): ReactElement {
  const [machines, setMachines] = useState<readonly AnyMachine[]>([])
  const [latest, setLatest] = useState<File>()
  const [opened, setOpened] = useState<Opened>()
  const [outcome, setOutcome] = useState<Outcome>()

  async function take(files: readonly File[]): Promise<void> {
    let current = files[0]
    try {
      const modules = files.filter(isModule)
      let known = machines
      for (const module of modules) known = [...(await machinesOf(module)), ...known]
      setMachines(known)
      // A module that comes later is for the file that was there before.
      current = files.find((file) => !isModule(file)) ?? latest
      if (current === undefined) return
      setLatest(current)
      const made = await open(current, [...known, ...flowMachines])
      setOpened(made)
      const { id, head, snapshot } = made.run
      setOutcome({ at: 'restored', file: current.name, id, head, sequence: snapshot.current.sequence })
    } catch (problem) {
      setOutcome({ at: 'refused', file: current?.name ?? 'the file', problem })
    }
  }

  const chooser = (
    <section aria-label="File" className="part files">
      <FileChooser accept=".json,.js,.mjs" onFiles={(files) => void take(files)} />
      {opened === undefined && (
        <>
          <p>
            A run file comes from <em>Save</em>: in the panel of any story, and below the run of{' '}
            <a href="?path=/docs/introduction--docs" target="_top">
              the introduction
            </a>
            .
          </p>
          <div className="actions">
            <button type="button" onClick={() => void take([sampleFile()])}>
              Open a sample
            </button>
          </div>
        </>
      )}
      <p className="quiet">
        The machine is found by its name among those of the flows. For another one, drop its module beside the file: one
        in JavaScript that imports nothing but <code>@xmachines/core</code>. It runs on this page, so drop only a module
        that you trust.
      </p>
      <OutcomeView outcome={outcome} />
    </section>
  )
  const page = {
    title: 'Open a run file',
    lead: 'A run file is a bug report that can be replayed: drop one, and look at every state that it went through.',
    code,
  }
  if (opened === undefined) return <FlowPage {...page}>{chooser}</FlowPage>
  return (
    <OpenedRun page={page} run={opened.run} refusals={opened.refusals}>
      {chooser}
    </OpenedRun>
  )
}

/** The file of a door that was used. */
function sampleFile(): File {
  const run = createRun(door)
  for (const type of ['OPEN', 'CLOSE'] as const) run.in.send({ type })
  run.in.send({ type: 'LOCK', code: '1234' })
  return fileOf(run)
}

function isModule({ name }: File): boolean {
  return /\.m?js$/.test(name)
}

async function open(file: File, machines: readonly AnyMachine[]): Promise<Opened> {
  // The file may contain anything; `restoreRun` checks all of it.
  const history = JSON.parse(await file.text()) as RunDocument<RunEvent> & { readonly refusals?: unknown }
  const run = restoreRun(machines, history)
  const refusals = Array.isArray(history.refusals) ? (history.refusals as readonly CapturedRefusal[]) : []
  return { run, refusals }
}
