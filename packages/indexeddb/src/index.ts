// The public names of @xmachines/indexeddb.

export { type IndexedDbStore, type IndexedDbStoreOptions, indexedDbStore } from './indexed-db-store.ts'
