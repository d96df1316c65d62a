// Tells the record of a genesis from that of a batch. It is apart, since most who ask need nothing else of the stores.

import type { GenesisRecord } from '../history/records.ts'
import type { StoredRecord } from './run-store.ts'

/** Whether a record is that of a genesis. What a damaged store gives may be no record at all. */
export function isGenesis(record: StoredRecord): record is GenesisRecord {
  return typeof record === 'object' && record !== null && 'nonce' in record
}
