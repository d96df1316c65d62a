// The object formats with Node's native hashes, an import of their own: `@xmachines/core/node`. They give the same oids as
// the portable ones, faster. This is the one file of core that imports Node.

import { hash } from 'node:crypto'
import type { ObjectFormat } from './object-format.ts'

/**
 * SHA-1 with the hash of Node 20.12 or later, for `createRun`, `restoreRun` and `replayRun` (RFC Run v1 §2.3).
 *
 * @example
 * ```ts
 * import { createRun, defineMachine, restoreRun } from '@xmachines/core'
 * import { sha1 } from '@xmachines/core/node'
 *
 * const light = defineMachine<'on' | 'off', { type: 'TOGGLE' }>({
 *   name: 'light',
 *   version: '1',
 *   initial: 'off',
 *   on: { TOGGLE: (state) => (state === 'on' ? 'off' : 'on') },
 * })
 * const run = createRun(light)
 * run.in.send({ type: 'TOGGLE' })
 * const restored = restoreRun(light, run.toJSON(), { format: sha1 })
 * console.log(restored.head === run.head) // true
 * ```
 */
export const sha1: ObjectFormat = nativeFormat('sha1')

/** SHA-256 with the hash of Node 20.12 or later (RFC Run v1 §2.3). */
export const sha256: ObjectFormat = nativeFormat('sha256')

function nativeFormat(name: ObjectFormat['name']): ObjectFormat {
  return Object.freeze({ name, hash: (bytes: Uint8Array): Uint8Array => hash(name, bytes, 'buffer') })
}
