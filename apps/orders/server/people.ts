// Names and addresses: beside the histories, which can never forget, under keys that can be deleted.

import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Pool } from 'pg'
import * as z from 'zod/mini'

/** Postgres keeps no text with a zero in it. */
const text = (most: number) =>
  z.string().check(
    z.trim(),
    z.minLength(1),
    z.maxLength(most),
    z.refine((value) => !value.includes('\0')),
  )

export const person = z.object({
  name: text(80),
  email: z.email().check(z.maxLength(120)),
  address: text(300),
})
export type Person = z.infer<typeof person>

export interface People {
  read(key: string): Promise<Person | undefined>
  keep(key: string, person: Person): Promise<void>
  forget(key: string): Promise<void>
}

/** One file for each person. */
export function peopleInFolder(folder: string): People {
  const fileOf = (key: string): string => join(folder, `${key.replaceAll(/[^\w-]/g, '')}.json`)
  return {
    async read(key) {
      const found = await readFile(fileOf(key), 'utf8').catch(() => undefined)
      return found === undefined ? undefined : person.parse(JSON.parse(found))
    },
    async keep(key, kept) {
      await mkdir(folder, { recursive: true })
      await writeFile(fileOf(key), JSON.stringify(kept))
    },
    forget: (key) => rm(fileOf(key), { force: true }),
  }
}

export async function peopleInPostgres(pool: Pool): Promise<People> {
  await pool.query('CREATE TABLE IF NOT EXISTS people (key text PRIMARY KEY, person jsonb NOT NULL)')
  return {
    async read(key) {
      const { rows } = await pool.query<{ person: unknown }>('SELECT person FROM people WHERE key = $1', [key])
      return rows[0] === undefined ? undefined : person.parse(rows[0].person)
    },
    async keep(key, kept) {
      const upsert = 'INSERT INTO people VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET person = $2'
      await pool.query(upsert, [key, JSON.stringify(kept)])
    },
    async forget(key) {
      await pool.query('DELETE FROM people WHERE key = $1', [key])
    },
  }
}
