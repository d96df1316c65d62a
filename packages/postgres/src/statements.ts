// The statements of the store. Each member of the contract is one of them. Longer than other files, because all of it is
// about the same tables.

import type { Statement } from './connection.ts'

/** How many receipts of keys are kept at least, and how many more may come before older ones are deleted. */
const SLACK = 128

/** What followers of a run that takes no more hear instead of a sequence: whatever they wait for, they wait no longer. */
export const SEALED: number = Number.MAX_SAFE_INTEGER

/** A number of Postgres' `bigint`: the drivers give text, numbers or bigints. */
type Big = string | number | bigint

/** A run, as it is listed. */
export interface RunRow {
  readonly number: Big
  readonly id: string
  readonly head: string
  readonly sequence: Big
  readonly machine_name: string
  readonly machine_version: string
  readonly position: Big
  readonly settled: Big
  readonly successor: string | null
}

/** One record of a page, or a row without one if the page is empty. */
interface PageRow {
  readonly latest: Big
  readonly sequence: Big | null
  readonly record: string | null
}

/** Whose receipt was found; none if `record` is null. */
interface ReceiptRow {
  readonly keys_after: Big
  readonly settled: Big
  readonly sequence: Big | null
  readonly record: string | null
}

/** Which statement appends. */
export interface AppendKind {
  readonly isNew: boolean
  /** Whether it has one record, which is kept with less work. */
  readonly isSingle: boolean
  readonly hasKeys: boolean
  /** Whether the notification goes with the append. */
  readonly notifies: boolean
}

/** Which runs are listed. */
interface ListKind {
  readonly byName: boolean
  readonly byVersion: boolean
  readonly unsettled: boolean
}

/** The statements for the tables with a prefix. */
export interface Statements {
  readonly channel: string
  readonly head: Statement<{ readonly head: string; readonly sequence: Big; readonly successor: string | null }>
  append(kind: AppendKind): Statement<{ readonly sequence: Big }>
  /** Appends one record to each of several runs. A run whose head moved, or whose row is locked, is left out. */
  appendEach(notifies: boolean): Statement<{ readonly id: string; readonly sequence: Big }>
  readonly read: Statement<PageRow>
  readonly receipt: Statement<ReceiptRow>
  readonly writer: Statement<ReceiptRow>
  list(kind: ListKind): Statement<RunRow>
  readonly sequences: Statement<{ readonly id: string; readonly sequence: Big }>
  readonly notify: Statement<unknown>
  readonly take: Statement<{ readonly taken: boolean }>
  readonly settled: Statement<{ readonly settled: Big }>
  readonly renew: Statement<unknown>
  readonly settle: Statement<unknown>
  readonly release: Statement<unknown>
  readonly remaining: Statement<{ readonly milliseconds: number }>
  readonly name: Statement<{ readonly id: string }>
  readonly giveName: Statement<unknown>
  readonly changeName: Statement<unknown>
  readonly dropName: Statement<unknown>
  readonly seal: Statement<unknown>
}

/** Writes the statements for the tables with a prefix. `kept` is how many receipts of keys are kept at least. */
export function statementsFor(prefix: string, kept: number): Statements {
  const [runs, records, keys, leases, names] = ['runs', 'records', 'keys', 'leases', 'names'].map(
    (table) => prefix + table,
  ) as [string, string, string, string, string]
  const channel = `${prefix}changes`

  // $1 id, $2 head, $3 how many records, $4 position, $5 writer, $6 the records, or the only one; for a new run $7 name, $8 version, $9 settled,
  // otherwise $7 the expected head; with keys, the last two are the keys and how many of them are no answers.
  function append({ isNew, isSingle, hasKeys, notifies }: AppendKind): Statement<{ readonly sequence: Big }> {
    const first = isNew ? 10 : 8
    const keysSince = `keys_since + $${first + 1}::bigint`
    const isFull = `${keysSince} > ${SLACK}`
    const trims = `,
    keys_since = CASE WHEN ${isFull} THEN 0 ELSE ${keysSince} END,
    keys_after = GREATEST(keys_after, CASE WHEN ${isFull} THEN (
      SELECT kept.sequence - 1 FROM ${keys} AS kept WHERE kept.run = ${runs}.number AND kept.position IS NULL
      ORDER BY kept.sequence DESC OFFSET ${kept - 1} LIMIT 1
    ) END)`
    const moved = isNew
      ? `INSERT INTO ${runs} (id, head, sequence, machine_name, machine_version, position, settled, keys_since)
  VALUES ($1::text, $2::text, $3::bigint - 1, $7::text, $8::text, $4::bigint, $9::bigint, ${hasKeys ? `$${first + 1}::bigint` : 0})
  ON CONFLICT (id) DO NOTHING`
      : `UPDATE ${runs} SET head = $2::text, sequence = sequence + $3::bigint, position = $4::bigint${hasKeys ? trims : ''}
  WHERE id = $1::text AND head = $7::text AND successor IS NULL`
    const added = isSingle
      ? 'SELECT number, sequence, $6::text::json, $5::text FROM moved'
      : `SELECT moved.number, moved.sequence - $3::bigint + slice.at, slice.record,
    CASE slice.at WHEN $3::bigint THEN $5::text END
  FROM moved, json_array_elements($6::text::json) WITH ORDINALITY AS slice (record, at)`
    // A key whose sequence is not in the slice becomes NULL, which the table refuses, and the whole append with it.
    const keyed = `, keyed AS (
  INSERT INTO ${keys} (run, key, sequence, position)
  SELECT moved.number, given.key,
    CASE WHEN given.sequence > moved.sequence - $3::bigint AND given.sequence <= moved.sequence THEN given.sequence END,
    given.position
  FROM moved, json_to_recordset($${first}::text::json) AS given (key text, sequence bigint, position bigint)
  ON CONFLICT (run, key) DO UPDATE SET sequence = excluded.sequence, position = excluded.position
), trimmed AS (
  DELETE FROM ${keys} USING moved
  WHERE moved.keys_since = 0 AND ${keys}.run = moved.number AND ${keys}.position IS NULL
    AND ${keys}.sequence <= moved.keys_after
)`
    return {
      text: `WITH moved AS (
  ${moved}
  RETURNING number, sequence, keys_after, keys_since
), added AS (
  INSERT INTO ${records} (run, sequence, record, writer)
  ${added}
)${hasKeys ? keyed : ''}
SELECT sequence${notifies ? `, pg_notify('${channel}', $1::text || ' ' || sequence)` : ''} FROM moved`,
    }
  }

  // Arrays of equal length: $1 ids, $2 expected heads, $3 heads, $4 positions, $5 writers, $6 records. A locked row is passed over, so that
  // no append waits for another's lock, and no two statements wait for each other.
  function appendEach(notifies: boolean): Statement<{ readonly id: string; readonly sequence: Big }> {
    return {
      text: `WITH given AS (
  SELECT * FROM unnest($1::text::text[], $2::text::text[], $3::text::text[], $4::text::bigint[], $5::text::text[], $6::text::text[])
    AS given (id, expected, head, position, writer, record)
), free AS (
  SELECT run.number, given.* FROM given JOIN ${runs} AS run
    ON run.id = given.id AND run.head = given.expected AND run.successor IS NULL
  FOR NO KEY UPDATE OF run SKIP LOCKED
), moved AS (
  UPDATE ${runs} AS run SET head = free.head, sequence = run.sequence + 1, position = free.position
  FROM free WHERE run.number = free.number AND run.head = free.expected AND run.successor IS NULL
  RETURNING run.number, run.id, run.sequence, free.record, free.writer
), added AS (
  INSERT INTO ${records} (run, sequence, record, writer) SELECT number, sequence, record::json, writer FROM moved
)
SELECT id, sequence${notifies ? `, pg_notify('${channel}', id || ' ' || sequence)` : ''} FROM moved`,
    }
  }

  // $1 the number of the run that the page follows, $2 how many, $3 name, $4 version
  function list({ byName, byVersion, unsettled }: ListKind): Statement<RunRow> {
    return {
      text: `SELECT number, id, head, sequence, machine_name, machine_version, position, settled, successor FROM ${runs}
WHERE number > $1::bigint${byName ? ' AND machine_name = $3::text' : ''}${byVersion ? ' AND machine_version = $4::text' : ''}${unsettled ? ' AND unsettled' : ''}
ORDER BY number LIMIT $2::bigint`,
    }
  }

  const numberOf = `(SELECT number FROM ${runs} WHERE id = $1::text)`
  /** Holds the lease of the run $1 with the token $2 for another $3 milliseconds. */
  const hold = `UPDATE ${leases} SET until = clock_timestamp() + $3::float8 * interval '1 millisecond'
  WHERE run = ${numberOf} AND token = $2::text AND until > clock_timestamp()
  RETURNING run`

  return {
    channel,
    head: { text: `SELECT head, sequence, successor FROM ${runs} WHERE id = $1::text` },
    append,
    appendEach,
    // $1 id, $2 and $3 the sequences of the first and the last record of the page
    read: {
      text: `SELECT run.sequence AS latest, page.sequence, page.record::text AS record
FROM ${runs} AS run
LEFT JOIN ${records} AS page ON page.run = run.number AND page.sequence BETWEEN $2::bigint AND $3::bigint
WHERE run.id = $1::text ORDER BY page.sequence`,
    },
    receipt: {
      text: `SELECT run.keys_after, run.settled, record.sequence, record.record::text AS record
FROM ${runs} AS run
LEFT JOIN ${keys} AS given ON given.run = run.number AND given.key = $2::text
LEFT JOIN ${records} AS record ON record.run = run.number AND record.sequence = given.sequence
WHERE run.id = $1::text`,
    },
    // $3 the sequence after which the append was made, if it was
    writer: {
      text: `SELECT run.keys_after, run.settled, record.sequence, record.record::text AS record
FROM ${runs} AS run JOIN ${records} AS record ON record.run = run.number
WHERE run.id = $1::text AND record.sequence > $3::bigint AND record.writer = $2::text LIMIT 1`,
    },
    list,
    sequences: {
      text: `SELECT id, CASE WHEN successor IS NULL THEN sequence ELSE ${SEALED} END AS sequence FROM ${runs} WHERE id IN (SELECT json_array_elements_text($1::text::json))`,
    },
    // Nothing is lost with a notification, so its transaction waits for no disk.
    notify: {
      text: `SELECT set_config('synchronous_commit', 'off', true), count(pg_notify('${channel}', told::text))
FROM json_array_elements_text($1::text::json) AS told`,
    },
    // $1 id, $2 token, $3 milliseconds, $4 owner
    take: {
      text: `WITH run AS (
  SELECT number FROM ${runs} WHERE id = $1::text
), taken AS (
  INSERT INTO ${leases} (run, owner, token, until)
  SELECT number, $4::text, $2::text, clock_timestamp() + $3::float8 * interval '1 millisecond' FROM run
  ON CONFLICT (run) DO UPDATE SET owner = excluded.owner, token = excluded.token,
    until = clock_timestamp() + $3::float8 * interval '1 millisecond'
  WHERE ${leases}.until <= clock_timestamp()
  RETURNING run
)
SELECT taken.run IS NOT NULL AS taken FROM run LEFT JOIN taken ON true`,
    },
    settled: { text: `SELECT settled FROM ${runs} WHERE id = $1::text` },
    renew: { text: hold },
    // $4 position
    settle: {
      text: `WITH held AS (
  ${hold}
), settled AS (
  UPDATE ${runs} SET settled = $4::bigint FROM held WHERE number = held.run AND settled < $4::bigint
), trimmed AS (
  DELETE FROM ${keys} USING held WHERE ${keys}.run = held.run AND ${keys}.position < $4::bigint
)
SELECT run FROM held`,
    },
    // The row stays, so that whoever wants the lease at the same moment finds it.
    release: {
      text: `UPDATE ${leases} SET until = '-infinity', owner = '' WHERE run = ${numberOf} AND token = $2::text
RETURNING run`,
    },
    remaining: {
      text: `SELECT (extract(epoch FROM greatest(lease.until, clock_timestamp()) - clock_timestamp()) * 1000)::float8 AS milliseconds
FROM ${runs} AS run JOIN ${leases} AS lease ON lease.run = run.number WHERE run.id = $1::text`,
    },
    name: { text: `SELECT id FROM ${names} WHERE name = $1::text` },
    giveName: {
      text: `INSERT INTO ${names} (name, id) VALUES ($1::text, $2::text) ON CONFLICT (name) DO NOTHING RETURNING id`,
    },
    changeName: {
      text: `UPDATE ${names} SET id = $2::text WHERE name = $1::text AND id = $3::text RETURNING id`,
    },
    seal: {
      text: `UPDATE ${runs} SET successor = $3::text WHERE id = $1::text AND head = $2::text AND successor IS NULL RETURNING id`,
    },
    dropName: { text: `DELETE FROM ${names} WHERE name = $1::text AND id = $2::text RETURNING id` },
  }
}
