'use client'

// All orders, live: one stream for the whole list, and a row renders again only if its order moves.

import { connectList, type RunEntry, type RunPage } from '@xmachines/http'
import Link from 'next/link'
import { memo, useState, useSyncExternalStore } from 'react'
import { formatTime } from '../order/clock.ts'
import { formatMoney } from '../order/money.ts'
import type { Order, Summary } from '../order/order.ts'
import { placeNames } from '../order/places.ts'

interface BoardProps {
  /** What there was when the page was rendered. */
  readonly page: RunPage<Summary>
  /** The place whose orders are shown; all but carts unless given. */
  readonly at: string | undefined
  /** The machine whose orders are shown; all unless given. */
  readonly machine: string | undefined
}

export function Board({ page, at, machine }: BoardProps) {
  const [list] = useState(() => connectList<Summary>('/api/r', { machine: 'order', page }))
  const { runs, connection, problem } = useSyncExternalStore(
    list.subscribe,
    () => list.current,
    () => list.initial,
  )
  const machines = Array.from(new Set(runs.map((run) => run.machine))).toSorted()
  const ofMachine = runs.filter((run) => machine === undefined || run.machine === machine)
  const shown = ofMachine
    .filter((run) => (at === undefined ? run.at !== 'cart' : run.at === at))
    .toSorted((one, other) => (other.summary?.placedAt ?? 0) - (one.summary?.placedAt ?? 0))
  const chip = (label: string, count: number, query: Record<string, string | undefined>, isCurrent: boolean) => {
    const given = Object.entries(query).filter((entry): entry is [string, string] => entry[1] !== undefined)
    return (
      <Link
        key={label}
        href={`/staff?${new URLSearchParams(given)}`}
        scroll={false}
        prefetch={false}
        aria-current={isCurrent ? 'true' : undefined}
      >
        {label} <small>{count}</small>
      </Link>
    )
  }
  const countAt = (place: string): number => ofMachine.filter((run) => run.at === place).length
  return (
    <>
      <div className="heading">
        <h1>Orders</h1>
        <p className={`line ${connection === 'offline' ? 'off' : connection}`}>
          {connection === 'offline' ? describeProblem(problem) : connection === 'live' ? 'Live' : 'Connecting'}
        </p>
      </div>
      <nav className="chips" aria-label="Where orders are">
        {chip('All', ofMachine.length - countAt('cart'), { machine }, at === undefined)}
        {Object.entries(placeNames)
          .filter(([place]) => countAt(place) > 0 || place === at)
          .map(([place, name]) => chip(name, countAt(place), { at: place, machine }, at === place))}
      </nav>
      {(machines.length > 1 || machine !== undefined) && (
        <nav className="chips" aria-label="Machines">
          {chip('Every machine', runs.length, { at }, machine === undefined)}
          {machines.map((name) =>
            chip(name, runs.filter((run) => run.machine === name).length, { at, machine: name }, machine === name),
          )}
        </nav>
      )}
      {shown.length === 0 ? (
        <p className="empty">There are no orders here.</p>
      ) : (
        <div className="card board">
          <table>
            <thead>
              <tr>
                <th scope="col">Order</th>
                <th scope="col">State</th>
                <th scope="col">Articles</th>
                <th scope="col">Placed</th>
                <th scope="col" className="number">
                  Total
                </th>
              </tr>
            </thead>
            <tbody>
              {shown.map((run) => (
                <Row key={run.id} run={run} />
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  )
}

function describeProblem(problem: Error | undefined): string {
  const isAway = problem === undefined || ('code' in problem && problem.code === 'UNREACHABLE')
  return isAway ? 'The shop cannot be reached at the moment.' : `Not connected: ${problem.message}`
}

const Row = memo(function Row({ run: { id, at, summary } }: { run: RunEntry<Summary> }) {
  return (
    <tr>
      <th scope="row">
        <Link href={`/orders/${id}`} prefetch={false} aria-label={`Order ${id.slice(0, 8)}`}>
          <code>{id.slice(0, 8)}</code>
        </Link>
      </th>
      <td>
        <span className="pill" data-at={at}>
          {placeNames[at as Order['at']]}
        </span>
      </td>
      <td className="articles">{summary?.articles}</td>
      <td className="when">{summary?.placedAt !== undefined && <time>{formatTime(summary.placedAt)}</time>}</td>
      <td className="number price">{summary !== undefined && formatMoney(summary.total)}</td>
    </tr>
  )
})
