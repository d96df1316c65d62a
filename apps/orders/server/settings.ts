// The settings of the shop, from the environment. What is wrong is said at the start, and nothing starts.

import { resolve } from 'node:path'
import * as z from 'zod/mini'

const port = z.coerce.number().check(z.int(), z.gte(1), z.lte(65_535))
const schema = z.object({
  DATABASE_URL: z.optional(z.url({ protocol: /^postgres(ql)?$/ })),
  ORDERS_FOLDER: z._default(z.string().check(z.minLength(1)), 'data'),
  WORLD_URL: z._default(z.url({ protocol: /^http$/ }), 'http://127.0.0.1:4010'),
  PAYMENT_PATIENCE: z._default(z.coerce.number().check(z.int(), z.gte(100)), 20_000),
  SAMPLE_ORDERS: z._default(z.enum(['yes', 'no']), 'yes'),
  PORT: z._default(port, 3000),
})

const meanings: Readonly<Record<string, string>> = {
  DATABASE_URL:
    'the address of a Postgres, such as postgres://user@localhost/orders; without it, orders are kept in Git',
  ORDERS_FOLDER: 'a folder for orders.git, personal data and what the world did',
  WORLD_URL: 'where the payment provider is, such as http://127.0.0.1:4010',
  PAYMENT_PATIENCE: 'how many milliseconds a payment is waited for, at least 100',
  SAMPLE_ORDERS: 'yes or no: whether an empty shop begins with sample orders',
  PORT: 'a port from 1 to 65535',
}

/** @throws {Error} that names each setting that is wrong, and says what it should be */
export function settings() {
  const { success, data, error } = schema.safeParse(process.env)
  if (!success) {
    const wrong = error.issues.map(({ path: [name = ''] }) => {
      return `  ${String(name)}=${process.env[String(name)]}: give ${meanings[String(name)]}`
    })
    throw new Error(`The shop cannot start, because of its settings:\n${wrong.join('\n')}`)
  }
  return {
    databaseUrl: data.DATABASE_URL,
    folder: resolve(data.ORDERS_FOLDER),
    worldUrl: data.WORLD_URL,
    patience: data.PAYMENT_PATIENCE,
    hasSamples: data.SAMPLE_ORDERS === 'yes',
    port: data.PORT,
  }
}
