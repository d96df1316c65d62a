// What the inspector promises, in a page without a limit of frames: a frame takes as long as its work.

import { observe } from '@xmachines/inspector'

import { clock } from '../clock.ts'
import { comparePairs } from '../compare.ts'
import { type Side, type Timing } from '../harness.ts'
import { settle } from '../heap.ts'
import { named } from '../named-rows.ts'
import { sent, sentObserved } from '../ours.ts'
import { alone, beside, type Line, middleOf } from '../verdict.ts'
import { type OpenPanel, openPanel, runOf } from './panel.ts'

const STEPS = 10_000
/** A frame at 60 a second, in nanoseconds. */
const FRAME = 1e9 / 60
/** How long a panel may take to open, in nanoseconds. */
const OPEN = 50e6
const ROUNDS = 7
const FRAMES = 120
/** Three rows a frame, as a wheel turns. */
const SCROLLED = 84
/** How many batches the runs have. */
const LENGTHS = [100, 100_000, 1_000_000] as const

const rows: Readonly<Record<string, () => Promise<Line[]>>> = {
  async scrub() {
    const panel = await openPanel(runOf(STEPS))
    const forward = await hundreds(STEPS, (step) => panel.goTo(step))
    // Most of these states are no longer among those that were kept.
    const back = await hundreds(STEPS, (step) => panel.goTo(STEPS - 1 - step))
    panel.close()
    const lines = (way: string, { thread, wall }: Hundreds): Line[] => [
      alone('scrub', 'ns', { name: `a step ${way}`, value: quantile(thread, 0.5) }, ...onTheWall(wall, 0.5)),
      alone('scrub', 'ns', { name: '  in the slowest hundred', value: quantile(thread, 1) }, ...onTheWall(wall, 1)),
    ]
    return [...lines('forward', forward), ...lines('back', back)]
  },

  async scroll() {
    const runs = LENGTHS.map(runOf)
    const timings = await inTurns(
      runs.map((run, at) => ({
        name: `${(LENGTHS[at] as number).toLocaleString('en')} batches, a frame`,
        async play() {
          const panel = await openPanel(run)
          const time = await threadTime(FRAMES, () => panel.scroll(SCROLLED))
          panel.close()
          return time
        },
      })),
    )
    const [short, ...long] = timings as [Timing, ...Timing[]]
    return long.map((timing) => beside('scroll', timing, short, { of: 'time', limit: 1.2 }))
  },

  async open() {
    // What is replayed is kept with the run, so each opening gets a new one.
    const opening = (batches: number, isComplete: boolean) => ({
      name: `${batches.toLocaleString('en')} batches${isComplete ? ', and the change replayed' : ''}`,
      async play() {
        const run = runOf(batches)
        await settle()
        let panel: OpenPanel | undefined
        const time = await threadTime(1, async () => {
          panel = await openPanel(run)
          if (isComplete) await panel.complete()
        })
        panel?.close()
        return time
      },
    })
    const sides = [opening(100, false), opening(1_000_000, false), opening(1_000_000, true)]
    const [short, long, replayed] = await inTurns(sides)
    if (short === undefined || long === undefined || replayed === undefined) throw new Error('a side is missing')
    return [
      alone('open', 'ns', middleOf(long), middleOf(short), OPEN, '50 ms'),
      beside('open', replayed, short, { of: 'time' }),
    ]
  },

  send: () =>
    comparePairs('send', [
      [sentObserved, sent, { of: 'time', limit: 1.05 }],
      [sentBesidePanel, sent, { of: 'time', limit: 1.05 }],
      [sentAfterwards, sent, { of: 'time', limit: 1.05 }],
    ]),
}

export const { rowNames, measureRow } = named(rows)

/** A panel is on the page, and hidden. */
const sentBesidePanel: Side = {
  name: 'in.send(event), panel hidden',
  start() {
    const run = runOf(0)
    const panel = openPanel(run, { isHidden: true })
    return {
      async run(times) {
        await panel
        for (let turn = 0; turn < times; turn++) run.in.send({ type: 'INC' })
      },
      count: () => run.snapshot.current.state.count,
      end: () => void panel.then(({ close }) => close()),
    }
  },
}

/** It was inspected, and no longer is. */
const sentAfterwards: Side = {
  name: 'in.send(event), detached',
  start() {
    const run = runOf(0)
    observe(run).watch(() => undefined)()
    return {
      run(times) {
        for (let turn = 0; turn < times; turn++) run.in.send({ type: 'INC' })
      },
      count: () => run.snapshot.current.state.count,
    }
  },
}

/** How long a step takes in nanoseconds, in each hundred of steps: the thread's time, and that on the wall, both sorted. */
interface Hundreds {
  readonly thread: readonly number[]
  readonly wall: readonly number[]
}

async function hundreds(count: number, act: (step: number) => Promise<void>): Promise<Hundreds> {
  const [thread, wall]: [number[], number[]] = [[], []]
  await settle()
  for (let from = 0; from < count; from += 100) {
    let step = from
    const begin = performance.now()
    thread.push(await threadTime(100, () => act(step++)))
    wall.push((performance.now() - begin) * 1e4)
  }
  const byTime = (one: number, other: number): number => one - other
  return { thread: thread.toSorted(byTime), wall: wall.toSorted(byTime) }
}

/** What the same steps took on the wall, for information, and the bar of the thread's time. */
const onTheWall = (wall: readonly number[], part: number) =>
  [{ name: 'on the wall', value: quantile(wall, part) }, FRAME, 'one frame, 16.7 ms'] as const

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] as number

/** How long the thread works for each of some acts, in nanoseconds. */
async function threadTime(count: number, act: () => Promise<void>): Promise<number> {
  const before = await clock()
  for (let at = 0; at < count; at++) await act()
  return ((await clock()) - before) * (1e6 / count)
}

/** Plays sides in turns, in an order that alternates. The first round warms them up. */
async function inTurns(sides: readonly { readonly name: string; play(): Promise<number> }[]): Promise<Timing[]> {
  const lanes = sides.map((side) => ({ side, rounds: [] as number[] }))
  for (let round = 0; round <= ROUNDS; round++) {
    for (const { side, rounds } of round % 2 === 0 ? lanes : lanes.toReversed()) {
      await settle()
      const time = await side.play()
      if (round > 0) rounds.push(time)
    }
  }
  return lanes.map(({ side: { name }, rounds }) => ({ name, rounds }))
}
