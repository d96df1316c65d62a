// `@xmachines/react/persistent`: runs that are kept in a store.

export { PersistentRun, type PersistentRunProps } from './persistent-run.ts'
export { type UsePersistentRunOptions, usePersistentRun } from './use-persistent-run.ts'
