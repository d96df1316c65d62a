// SHA-256 object ids, an import of their own: `@xmachines/core/sha256`.

import { _SHA256 } from '@noble/hashes/sha2.js'
import { type ObjectFormat, objectFormat } from './object-format.ts'

/**
 * The SHA-256 object format, for histories that an adversary can write to (RFC Run v1 §2.3).
 *
 * @example
 * ```ts
 * import { createRun, defineMachine } from '@xmachines/core'
 * import { sha256 } from '@xmachines/core/sha256'
 *
 * const light = defineMachine<'on' | 'off', { type: 'TOGGLE' }>({
 *   name: 'light',
 *   version: '1',
 *   initial: 'off',
 *   on: { TOGGLE: (state) => (state === 'on' ? 'off' : 'on') },
 * })
 * console.log(createRun(light, { format: sha256 }).id.length) // 64
 * ```
 */
export const sha256: ObjectFormat = /* @__PURE__ */ objectFormat('sha256', () => new _SHA256())
