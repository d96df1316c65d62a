// Writes one thing: objects, and the move of one ref to them. It shares packs and groups with all else that is written.

import type { PackBuilder } from '../objects/pack.ts'
import type { MachineBranch } from '../refs/machine-branches.ts'
import type { MoveFailure, RefMove } from '../refs/ref-moves.ts'
import type { Writer } from './writer.ts'

/** What is written. */
export interface WholePortion {
  readonly move: RefMove
  readonly machine?: MachineBranch
  /** Adds the objects to a pack. */
  fill(pack: PackBuilder): void
}

/**
 * Writes objects, and moves a ref to them.
 * @returns why the ref did not move; undefined if it did
 */
export function writePortion(writer: Writer, { move, machine, fill }: WholePortion): Promise<MoveFailure> {
  return new Promise((resolve, reject) => {
    writer.pull({
      ref: move.ref,
      async next(pack, written) {
        try {
          fill(pack)
        } catch (thrown) {
          reject(thrown)
          return { portion: undefined, more: false }
        }
        void written.then(resolve, reject)
        return { portion: { move, machine, withdrawn: false }, more: false }
      },
    })
  })
}
