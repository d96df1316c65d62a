/** What a recorder is given of a run, how it holds writes back, and what its ports show. */
import { createRun, handleOutputs, type Run } from '@xmachines/core'
import { type Checkpoint, type RecordedView, recordable } from '@xmachines/core/internal'
import { describe, expect, test } from 'vitest'
import { makeRepository } from './git.ts'
import { add, breaks, fail, finish, type TallyEvent, type TallyOutput, tally } from './machines.ts'
import { expectBugs } from './quiet.ts'
import { all, ending, outcome, settled, take } from './streams.ts'

expectBugs()

/** A run, a view of it, and a recorder that records when it is asked to. */
function recorded(): {
  run: Run<number, TallyEvent, TallyOutput>
  view: RecordedView<number, TallyEvent, TallyOutput>
  mark: () => Checkpoint
  keep: () => void
  reached: () => Promise<void>
} {
  const run = createRun(tally)
  const recording = recordable(run)
  const view = recording.view()
  let release: (() => void)[] = []
  return {
    run,
    view,
    mark: recording.checkpoint,
    keep() {
      view.show(recording.checkpoint())
      for (const resolve of release.splice(0)) resolve()
      release = []
    },
    reached: () => new Promise((resolve) => release.push(resolve)),
  }
}

test('the bytes of the genesis and of each batch are those of the oids, which git confirms', () => {
  const { git, remove } = makeRepository('sha1')
  const run = createRun(tally)
  run.in.send([add(1), add(2)])
  run.in.send(add(3))
  const recording = recordable(run)
  const write = (bytes: Uint8Array): string => {
    const header = bytes.indexOf(0)
    const [type = ''] = Buffer.from(bytes.subarray(0, header)).toString().split(' ')
    return git(['hash-object', '-t', type, '-w', '--stdin'], bytes.subarray(header + 1))
  }
  for (const { oid, bytes } of recording.genesis()) expect(write(bytes)).toBe(oid)
  expect(recording.genesis().at(-1)?.oid).toBe(run.id)
  expect(write(recording.commitAt(1))).toBe(Buffer.from(recording.digestAt(1)).toString('hex'))
  expect(write(recording.commitAt(2))).toBe(run.head)
  expect(recording.sequence).toBe(2)
  remove()
})

test('a recorder is called back once when more is committed, and when the run ends', () => {
  const run = createRun(tally)
  const recording = recordable(run)
  let calls = 0
  const count = (): void => {
    calls++
  }
  recording.whenMore(count)
  run.in.send([add(), add()])
  run.in.send(add())
  expect(calls).toBe(1)
  recording.whenMore(count)
  run.in.send(breaks)
  expect(calls).toBe(2)
  expect(recording.ended).toBe(true)
  recording.whenMore(count)
  expect(calls).toBe(3)
})

describe('a hold', () => {
  test('makes every write wait while it says so, in every set, and no send', async () => {
    const run = createRun(tally)
    let full = true
    const hold = recordable(run).hold(() => full)
    const writers = [run.in.getWriter(), run.ports().in.getWriter()]
    const waiting = writers.map((writer) => writer.write(add()))
    expect(await outcome(Promise.race(waiting))).toBe('pending')
    run.in.send(add())
    expect(run.snapshot.current.sequence).toBe(3)
    full = false
    hold.check()
    await Promise.all(waiting)
    expect(run.snapshot.current.sequence).toBe(3)
  })

  test('of two recorders is over when both end', async () => {
    const run = createRun(tally)
    const holds = [recordable(run).hold(() => true), recordable(run).hold(() => true)]
    const waiting = run.in.getWriter().write(add())
    holds[0]!.end()
    expect(await outcome(waiting)).toBe('pending')
    holds[1]!.end()
    await waiting
  })

  test('does not outlast the run', async () => {
    const run = createRun(tally)
    recordable(run).hold(() => true)
    const writer = run.in.getWriter()
    const waiting = writer.write(add())
    run.ports().in.send(finish)
    await waiting
    await expect(writer.write(add())).rejects.toMatchObject({ code: 'RUN_DONE' })
  })
})

describe('ports on what is recorded', () => {
  test('show nothing before it is', async () => {
    const { run, view, keep, reached } = recorded()
    const { out, snapshot, start } = view.ports({ from: 'start' }, reached)
    expect(start).toBe(0)
    const first = snapshot.getReader().read()
    run.in.send(add(5))
    const output = take(out, 1)
    expect(await outcome(Promise.race([first, output]))).toBe('pending')
    expect(snapshot.current.sequence).toBe(0)
    keep()
    expect(await output).toEqual([{ type: 'total', total: 5 }])
    expect((await first).value).toEqual({ state: 5, status: 'active', sequence: 1 })
  })

  test('notify subscribers once for each checkpoint', () => {
    const { run, view, keep, reached } = recorded()
    const { snapshot } = view.ports({}, reached)
    const notified: number[] = []
    snapshot.subscribe(() => notified.push(snapshot.current.sequence))
    run.in.send(add())
    run.in.send(add())
    keep()
    keep()
    run.in.send(add())
    keep()
    expect(notified).toEqual([2, 3])
  })

  test('resolve a write once it is recorded, also after refusals, which are delivered at once', async () => {
    const { run, view, keep, reached } = recorded()
    const { in: input, err } = view.ports({}, reached)
    const writer = input.getWriter()
    const written = [writer.write(add()), writer.write(fail), writer.write(add())]
    expect((await take(err, 1))[0]).toMatchObject({ code: 'TRANSITION_FAILED' })
    expect(await outcome(Promise.race(written))).toBe('pending')
    expect(run.snapshot.current.sequence).toBe(2)
    keep()
    await Promise.all(written)
  })

  test('begin at run.start by default, and refuse what is not a position', async () => {
    const { run, view, keep, reached } = recorded()
    run.in.send([add(1), add(1)])
    expect(view.ports({}, reached).start).toBe(run.start)
    const now = view.ports({ from: 'now' }, reached)
    expect(now.start).toBe(2)
    run.in.send(add(1))
    keep()
    expect(await take(now.out, 1)).toEqual([{ type: 'total', total: 3 }])
    expect(() => view.ports({ from: 9 }, reached)).toThrow(RangeError)
    expect(() => view.ports({ highWaterMark: -1 }, reached)).toThrow(RangeError)
  })

  test('close after what was recorded if their in is closed, or the run is done', async () => {
    const { run, view, keep, reached } = recorded()
    const closing = view.ports({}, reached)
    const writer = closing.in.getWriter()
    void writer.write(add()).catch(() => undefined)
    const closed = writer.close()
    await settled()
    expect(await outcome(closed)).toBe('pending')
    keep()
    await settled()
    keep()
    await closed
    expect(await all(closing.out)).toHaveLength(1)

    const ending = view.ports({}, reached)
    run.in.send(finish)
    await expect(ending.in.getWriter().closed).rejects.toMatchObject({ code: 'RUN_DONE' })
    const statuses = all(ending.snapshot)
    expect(await outcome(statuses)).toBe('pending')
    keep()
    expect((await statuses).map(({ status }) => status)).toEqual(['active', 'done'])
  })

  test('end with the reason if nothing more will be recorded', async () => {
    const { run, view, keep, reached } = recorded()
    const { out, snapshot } = view.ports({}, reached)
    run.in.send(add())
    keep()
    run.in.send(add())
    const reason = new Error('the disk is full')
    view.fail(reason)
    expect(await ending(out)).toEqual({ items: [{ type: 'total', total: 1 }], end: reason })
    expect((await all(snapshot)).map(({ sequence }) => sequence)).toEqual([1])
  })

  test('are what handleOutputs reads', async () => {
    const { run, view, keep, reached } = recorded()
    const keys: string[] = []
    const handling = handleOutputs(view.ports({}, reached), {
      total: (_total, { key }) => {
        keys.push(key)
      },
    })
    run.in.send(add())
    await settled()
    expect(keys).toEqual([])
    keep()
    await settled()
    expect(keys).toEqual([`${run.id}/0`])
    run.in.send(finish)
    keep()
    expect(await handling).toBe(1)
  })

  test.each(['at once', 'after the handling was aborted'])(
    'an answer whose recording failed %s has not settled its output',
    async (when) => {
      const { run, view, mark } = recorded()
      const abort = new AbortController()
      const positions: number[] = []
      let fail = (): void => undefined
      const handling = handleOutputs(
        view.ports({}, () => new Promise((_resolve, reject) => (fail = () => reject(new Error('the disk is full'))))),
        { total: ({ total }) => (total === 1 ? undefined : add()) },
        { onSettled: (position) => positions.push(position), signal: abort.signal },
      )
      run.in.send([add(), add()])
      view.show(mark())
      await settled()
      expect(run.state).toBe(3)
      if (when !== 'at once') abort.abort()
      fail()
      await settled()
      abort.abort()
      expect(await handling).toBe(1)
      expect(positions).toEqual([1])
    },
  )

  test('an answer that is refused has settled its output, also if the refusal ends the run', async () => {
    for (const answer of [fail, breaks]) {
      const { run, view, keep, reached } = recorded()
      const handling = handleOutputs(view.ports({}, reached), { total: () => answer })
      run.in.send(add())
      keep()
      await settled()
      run.in.send(finish)
      keep()
      expect(await handling).toBe(1)
    }
  })
})
