// Leases by the clock of the server: whether one has run out is decided where it is kept. The holder renews at a third of its
// time to live, and stops by its own clock if the server does not answer.

import { type Lease, type LeaseOptions, missing, StoreError } from '@xmachines/core/store'
import type { Changes } from './changes.ts'
import type { Connection, Statement, Value } from './connection.ts'
import { aborted, pause, unref } from './ear.ts'
import { textOf } from './sql-text.ts'
import type { Statements } from './statements.ts'

/** The longest that a timer can wait, in milliseconds. With more, it would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1

/** Takes leases. */
export interface Leases {
  take(id: string, options: LeaseOptions): Promise<Lease | undefined>
  untilFree(id: string, signal: AbortSignal): Promise<void>
}

/** The leases of a store. */
export function leasesOf(connection: Connection, statements: Statements, changes: Changes): Leases {
  return {
    async take(id, { owner, ttl }) {
      const token = crypto.randomUUID()
      const since = performance.now()
      const [run] = await connection.run(statements.take, [textOf(id), token, ttl, textOf(owner)])
      if (run === undefined) throw missing(id)
      if (!run.taken) return undefined
      // Asked only now: the former owner may have kept more while this one waited for the lease.
      const [kept] = await connection.run(statements.settled, [textOf(id)])
      if (kept === undefined) throw missing(id)
      return hold({ id, token, ttl, since, settled: Number(kept.settled) })
    },

    async untilFree(id, signal) {
      // The timer is of this process, and the holder may renew the lease meanwhile: so the server is asked again.
      for (let left = 1; left > 0 && !signal.aborted; ) {
        const over = new AbortController()
        const stop = AbortSignal.any([signal, over.signal])
        const told = changes.waitUntilFree(id, stop)
        const rows = await connection.run(statements.remaining, [textOf(id)]).catch(() => undefined)
        // Without an answer, whoever wants the lease asks again.
        if (rows === undefined) await aborted(stop)
        // A run that nobody has had a lease of has no row.
        left = Number(rows?.[0]?.milliseconds ?? 0)
        if (left > 0) await Promise.race([told, pause(Math.min(Math.ceil(left), LONGEST_TIMER), stop)])
        over.abort()
      }
    },
  }

  function hold({ id, token, ttl, ...begun }: Held): Lease {
    let { since, settled } = begun
    let timer: ReturnType<typeof setTimeout> | undefined
    /** One statement at a time. */
    let last: Promise<unknown> = Promise.resolve()
    const lost = new AbortController()

    function lose(why: string): StoreError {
      clearTimeout(timer)
      const error = new StoreError('LEASE_LOST', `the lease of the run ${id} ${why}; take it again to continue`)
      lost.abort(error)
      return error
    }

    function act(statement: Statement<unknown>, ...values: Value[]): Promise<void> {
      const acted = last.then(async () => {
        if (lost.signal.aborted) throw lost.signal.reason
        const asked = performance.now()
        if (asked - since >= ttl) throw lose('ran out')
        const rows = await connection.run(statement, [textOf(id), token, ttl, ...values])
        if (rows.length === 0) throw lose('ran out, or was taken by another owner')
        since = asked
        schedule()
      })
      last = acted.catch(() => undefined)
      return acted
    }

    function schedule(): void {
      clearTimeout(timer)
      if (lost.signal.aborted) return
      const left = since + ttl - performance.now()
      timer = setTimeout(beat, Math.min(ttl / 3, Math.max(left, 0)))
      // A lease alone keeps no process running.
      unref(timer)
    }

    function beat(): void {
      if (lost.signal.aborted) return
      if (performance.now() - since >= ttl) return void lose('ran out')
      // The timer goes on while the server does not answer, so that the lease ends in time.
      schedule()
      void act(statements.renew).catch(() => undefined)
    }

    schedule()
    return {
      get settled() {
        return settled
      },
      signal: lost.signal,
      renew: () => act(statements.renew),
      async settle(position) {
        if (position <= settled) return
        await act(statements.settle, position)
        settled = Math.max(settled, position)
      },
      async release() {
        await last
        if (lost.signal.aborted) return
        lose('was released')
        await connection.run(statements.release, [textOf(id), token])
        changes.tell(id, 'free', 'everywhere')
      },
    }
  }
}

interface Held {
  readonly id: string
  readonly token: string
  readonly ttl: number
  /** When it was asked for. The server counts from later than this. */
  readonly since: number
  readonly settled: number
}
