/** `pnpm bench:git`: measures recording, opening and handing on beside Git's own ways, by the clock on the wall. */

import type { Timing } from '../harness.ts'
import { chosenRows } from '../options.ts'
import { printTable, printVersions } from '../report.ts'
import { playInTurns } from '../rounds.ts'
import { alone, type Bar, beside, type Line, middleOf } from '../verdict.ts'
import { handingOn } from './handing-on.ts'
import { listing, onDisk, opening, type Recorded, recordLong } from './reading.ts'
import { append, bulk, hundred } from './recording.ts'
import { git } from './repositories.ts'

const within: Bar = { of: 'time', limit: 1.3 }
/** Each of these lasts a second and more. */
const few = { counted: 5, warm: 1 }

let recorded: Recorded | undefined

const rows: Readonly<Record<string, () => Promise<readonly Line[]>>> = {
  async bulk() {
    const { batch } = await playInTurns(bulk, few)
    return against('bulk', batch, [
      { of: 'speed', limit: 1 },
      { of: 'speed', limit: 50 },
    ])
  },
  async append() {
    const { batch } = await playInTurns(append)
    return against('append', batch, [within])
  },
  async hundred() {
    const { batch } = await playInTurns(hundred)
    return against('hundred', batch, [within])
  },
  async open() {
    recorded ??= await recordLong()
    const { whole } = await playInTurns(opening(recorded), few)
    const [own, pipe, replay] = whole as [Timing, Timing, Timing]
    // Twice what Git takes to give everything out, and what replaying takes.
    const least = {
      name: '2 × pipe + replay',
      rounds: pipe.rounds.map((took, at) => 2 * took + (replay.rounds[at] ?? 0)),
    }
    return [
      beside('open', own, least, { of: 'time', limit: 1 }),
      beside('open', own, pipe),
      beside('open', own, replay),
    ]
  },
  async disk() {
    recorded ??= await recordLong()
    const { recorded: before, collected } = onDisk(recorded)
    const line = alone(
      'disk',
      'bytes',
      { name: 'after gc', value: collected },
      { name: 'as recorded', value: before },
      240,
      '240 B',
    )
    return [line]
  },
  async list() {
    const { whole } = await playInTurns(await listing(), few)
    const [own, peer] = whole.map(middleOf)
    return own === undefined || peer === undefined ? [] : [alone('list', 'ns', own, peer, 0.5e9, '0.5 s')]
  },
  async fetch() {
    const { fetch, push } = await playInTurns(await handingOn(), { counted: 9, warm: 1 })
    const [own, peer] = fetch.map(middleOf)
    const bar = own === undefined || peer === undefined ? [] : [alone('fetch', 'ns', own, peer, 0.1e9, '0.1 s')]
    return [...bar, ...against('push', push, [])]
  },
}

const chosen = chosenRows(Object.keys(rows))
printVersions(
  `Node ${process.versions.node}, ${git('.', '--version')}`,
  ['@xmachines/git', 'isomorphic-git'],
  'times are by the clock on the wall',
)
const lines: Line[] = []
for (const name of chosen) lines.push(...((await rows[name]?.()) ?? []))
printTable(lines)

function against(row: string, [own, ...peers]: readonly Timing[], bars: readonly Bar[]): Line[] {
  return peers.map((peer, at) => beside(row, own as Timing, peer, bars[at]))
}
