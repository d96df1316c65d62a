// The public names of @xmachines/postgres.

export type { PostgresClient } from './connection.ts'
export { type CreateTablesOptions, createTables } from './create-tables.ts'
export { type PostgresStore, type PostgresStoreOptions, postgresStore } from './postgres-store.ts'
export { schema } from './schema.ts'
