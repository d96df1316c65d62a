/** Opening holds the latest snapshot that it passes against the replay, so that no run goes on from a state that it never had. */
import { defineMachine, type Machine } from '@xmachines/core'
import { openRepository, type Repository } from '@xmachines/git'
import { afterAll, describe, expect, test } from 'vitest'
import {
  add,
  finish,
  git,
  makeFolder,
  makeRepository,
  rejection,
  type TallyEvent,
  type TallyOutput,
  type TallyState,
  tally,
  tallyRun,
} from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

type TallyMachine = Machine<TallyState, TallyEvent, TallyOutput, { start: number } | undefined>

/** The tally, changed under the same name and version. */
function changed(
  transition: (state: TallyState, event: TallyEvent, emit: (output: TallyOutput) => void) => TallyState,
  isDone: (state: TallyState) => boolean = (state) => state.done === true,
): TallyMachine {
  return defineMachine({
    name: 'tally',
    version: '1.0',
    initial: (input: { start: number } | undefined): TallyState => ({ total: input?.start ?? 0 }),
    transition,
    isDone,
  })
}

const times = (by: number): TallyMachine =>
  changed((state, event, emit) => {
    if (event.type === 'FINISH') return { ...state, done: true }
    emit({ type: 'total', total: state.total + event.by })
    return { total: state.total + by * event.by }
  })

/** A run of batches, with snapshots kept at some sequences. */
async function recorded(batches: number, kept: readonly number[]): Promise<{ repository: Repository; id: string }> {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run)
  for (let at = 0; ; at++) {
    if (kept.includes(at)) await repository.keepSnapshot(run)
    if (at === batches) break
    run.in.send(add())
  }
  await recorder.stop()
  return { repository, id: run.id }
}

describe('a machine that behaves otherwise under the same version', () => {
  test.each([
    ['at the head', 3, [3]],
    ['before the head', 5, [3]],
    ['the latest of several', 5, [0, 2, 4]],
  ])('is refused by the snapshot %s', async (_where, batches, kept) => {
    const { repository, id } = await recorded(batches, kept)
    expect((await repository.open(tally, id)).snapshot.current.state).toEqual({ total: batches })
    const error = await rejection(repository.open(times(10), id))
    expect(error).toMatchObject({ name: 'GitError', code: 'SNAPSHOT_MISMATCH', run: id, sequence: kept.at(-1) })
    expect(error.message).toContain(`refs/snapshots/tally/${id}/${kept.at(-1)}`)
    expect(error.message).toContain('needs a new version')
  })

  test('is refused if it emits more outputs, though the state is the same', async () => {
    const { repository, id } = await recorded(3, [3])
    const louder = changed((state, event, emit) => {
      const by = event.type === 'ADD' ? event.by : 0
      for (let at = 0; at < 2; at++) emit({ type: 'total', total: state.total + by })
      return { total: state.total + by }
    })
    expect(await rejection(repository.open(louder, id))).toMatchObject({ code: 'SNAPSHOT_MISMATCH', sequence: 3 })
  })

  test('is refused if it is done where the run was not', async () => {
    const { repository, id } = await recorded(3, [3])
    const sooner = changed(
      (state, event, emit) => {
        const by = event.type === 'ADD' ? event.by : 0
        emit({ type: 'total', total: state.total + by })
        return { total: state.total + by }
      },
      ({ total }) => total === 3,
    )
    for (const replayFrom of ['genesis', 'snapshot'] as const) {
      expect(await rejection(repository.open(sooner, id, { replayFrom }))).toMatchObject({ code: 'SNAPSHOT_MISMATCH' })
    }
  })
})

test('a run that is done is opened with the snapshot at its end', async () => {
  const repository = await makeRepository(folder)
  const run = tallyRun()
  const recorder = repository.record(run)
  run.in.send([add(), finish])
  await repository.keepSnapshot(run)
  await recorder.stop()
  for (const replayFrom of ['genesis', 'snapshot'] as const) {
    expect((await repository.open(tally, run.id, { replayFrom })).snapshot.current.status).toBe('done')
  }
})

test('a snapshot of the genesis is compared, also if the replay begins there', async () => {
  const { repository, id } = await recorded(2, [0])
  for (const replayFrom of ['genesis', 'snapshot'] as const) {
    expect((await repository.open(tally, id, { replayFrom })).snapshot.current.state).toEqual({ total: 2 })
  }
})

test('a snapshot of another history, or after the head, is passed over', async () => {
  const { repository, id } = await recorded(4, [2, 4])
  const { directory } = repository
  const ref = `refs/runs/tally/${id}`
  git(directory, 'update-ref', ref, git(directory, 'rev-parse', `${ref}~1`))
  const other = await openRepository(directory)
  expect((await other.open(tally, id)).snapshot.current.state).toEqual({ total: 3 })
  expect(await rejection(other.open(times(2), id))).toMatchObject({ code: 'SNAPSHOT_MISMATCH', sequence: 2 })
})

test('a snapshot that is not what core would write is refused', async () => {
  const { repository, id } = await recorded(2, [2])
  const { directory } = repository
  const snapshot = `refs/snapshots/tally/${id}/2`
  const made = git(directory, 'rev-parse', snapshot)
  const author = ['-c', 'user.name=A', '-c', 'user.email=a@b']
  const forged = git(directory, ...author, 'commit-tree', `${made}^{tree}`, '-p', `${made}~1`, '-m', 'snapshot')
  git(directory, 'update-ref', snapshot, forged)
  const other = await openRepository(directory)
  for (const refused of [
    () => other.open(tally, id),
    () => other.open(tally, id, { replayFrom: 'snapshot' }),
    () => other.stateAt(id, 2),
  ]) {
    expect(await rejection(refused())).toMatchObject({ code: 'OBJECT_CORRUPT', sequence: 2 })
  }
})
