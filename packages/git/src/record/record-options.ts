// The options of `repository.record`. Those that all recorders have are core's, and are checked there.

import type { RecordRunOptions } from '@xmachines/core/store'

/** How a run is recorded. */
export interface RecordOptions extends RecordRunOptions {
  /** `disk` (the default): what is acknowledged survives a power cut. `process`: it survives the end of the process. */
  readonly durability?: 'disk' | 'process'
}

/** Refuses an invalid durability. */
export function checkDurability({ durability }: RecordOptions): void {
  if (durability !== undefined && durability !== 'disk' && durability !== 'process') {
    throw new TypeError(`durability is ${JSON.stringify(durability)}; it must be 'disk' or 'process'`)
  }
}
