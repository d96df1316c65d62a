// Saves a run as a file, and restores the same run from it, on this page or in another browser.

import { createRun, type Run } from '@xmachines/core'
import { useRun, useSend, useSnapshot } from '@xmachines/react'
import { type ReactElement, useId, useState } from 'react'

import { Flow } from '../parts/flow.tsx'
import { LatestRefusal } from '../parts/refusals.tsx'
import type { SourceFile } from '../parts/sources.tsx'
import { cutFile, diaryFile, doorFile, forgedFile, tamperedFile } from './altered-files.ts'
import { FileChooser } from './file-chooser.tsx'
import { type Outcome, OutcomeView } from './outcome-view.tsx'
import { PackingForm } from './packing-form.tsx'
import { type PackingEvent, packingList, type Thing } from './packing-list.ts'
import { fileNameOf, fileOf, readRun, save } from './run-file.ts'
import './save-restore.css'

const files: readonly SourceFile[] = [
  { part: 'machine', path: 'save-restore/packing-list.ts', read: () => import('./packing-list.ts?raw') },
  { part: 'view', path: 'save-restore/save-restore-flow.tsx', read: () => import('./save-restore-flow.tsx?raw') },
  { part: 'wiring', path: 'save-restore/run-file.ts', read: () => import('./run-file.ts?raw') },
]

/** The flow: a packing list, its run as a file, and files to restore. */
export function SaveRestoreFlow(): ReactElement {
  const first = useRun(packingList)
  const [later, setLater] = useState<Run<readonly Thing[], PackingEvent>>()
  const [outcome, setOutcome] = useState<Outcome>()
  const [trusted, setTrusted] = useState('')
  const id = useId()
  const run = later ?? first
  const things = useSnapshot(run, (snapshot) => snapshot.state)
  const sequence = useSnapshot(run, (snapshot) => snapshot.sequence)
  const send = useSend(run)

  async function restore(file: File): Promise<void> {
    try {
      const restored = await readRun(packingList, file, trusted === '' ? undefined : trusted)
      setLater(restored)
      const { id: restoredId, head } = restored
      setOutcome({
        at: 'restored',
        file: file.name,
        id: restoredId,
        head,
        sequence: restored.snapshot.current.sequence,
      })
    } catch (problem) {
      // The current run stays the same.
      setOutcome({ at: 'refused', file: file.name, problem })
    }
  }

  function startNewRun(): void {
    setLater(createRun(packingList))
    setOutcome(undefined)
  }

  return (
    <Flow
      title="Save and restore"
      lead="A run can be saved as a file. Drop the file into another browser, and the run continues there with the same id. A changed file is refused, and the error says where it breaks."
      code={files}
      run={run}
    >
      <section aria-label="Packing list" className="part">
        <h2>Packing list</h2>
        <PackingForm things={things} send={send} />
        <LatestRefusal run={run} />
      </section>
      <section aria-label="File" className="part files">
        <h2>Save</h2>
        <p className="quiet">
          <code>{fileNameOf(run)}</code> has {sequence === 1 ? '1 batch' : `${sequence} batches`} and ends at commit{' '}
          <code>{run.head.slice(0, 7)}</code>.
        </p>
        <div className="actions">
          <button type="button" className="primary" onClick={() => save(fileOf(run))}>
            Save as a file
          </button>
          <button type="button" onClick={startNewRun}>
            Start a new run
          </button>
        </div>
        <h2>Restore</h2>
        <FileChooser onFiles={([file]) => file !== undefined && void restore(file)} />
        <OutcomeView outcome={outcome} />
      </section>
      <section aria-label="Altered files" className="part files">
        <h2>Restore wrong files</h2>
        <div className="actions">
          <button type="button" onClick={() => void restore(tamperedFile(run))}>
            A tampered copy
          </button>
          <button type="button" disabled={sequence === 0} onClick={() => void restore(cutFile(run))}>
            A shortened copy
          </button>
          <button type="button" onClick={() => void restore(doorFile())}>
            A run of a door
          </button>
          <button type="button" onClick={() => void restore(diaryFile())}>
            A diary
          </button>
          <button type="button" onClick={() => save(tamperedFile(run))}>
            Save a tampered copy
          </button>
        </div>
        <p className="quiet">
          Oids prove that a file is consistent, but not who made it: a forger can compute them again. If you know the
          oid of the latest commit, the head, you can detect a forgery.
        </p>
        <div>
          <label htmlFor={id}>Trusted head (optional)</label>
          <input
            id={id}
            value={trusted}
            onChange={(event) => setTrusted(event.target.value.trim())}
            autoComplete="off"
            spellCheck={false}
          />
        </div>
        <div className="actions">
          <button type="button" onClick={() => setTrusted(run.head)}>
            Trust the head of this run
          </button>
          <button type="button" onClick={() => void restore(forgedFile(run))}>
            A forged copy
          </button>
        </div>
      </section>
    </Flow>
  )
}
