// Moves refs by compare-and-swap, with one `git update-ref` that keeps running: one transaction for each move. A move
// counts as made only if Git said so, or if the ref was read and points where it should.

import { GitError } from '../git-error.ts'
import { type FormatName, noOid } from '../objects/object-id.ts'
import { ASK_AGAIN, converse, type Death, wasKilled } from '../process/conversation.ts'
import type { GitProgram } from '../process/git-program.ts'
import { clearStaleLock } from '../process/stale-lock.ts'

/**
 * How many milliseconds Git may take for a move before it is killed. A slow disk takes less. If it does not, only time
 * is lost: the ref says whether the move was made.
 */
const PATIENCE = 60_000

/** A move of a ref. */
export interface RefMove {
  readonly ref: string
  readonly to: string
  /** Where it must point before; undefined if it must not exist. */
  readonly from: string | undefined
}

/** The ref did not point where the move expected it. */
export class RefMismatch {
  readonly found: string | undefined
  constructor(found: string | undefined) {
    this.found = found
  }
}

/** The result of a move: undefined if it was made. */
export type MoveFailure = RefMismatch | GitError | undefined

/** Moves refs. */
export interface RefMover {
  /** Makes each move on its own, and says why one was not made. */
  move(moves: readonly RefMove[]): Promise<MoveFailure[]>
  close(): void
}

/** Where refs are moved. */
export interface RefMoverOptions {
  readonly git: GitProgram
  readonly gitDirectory: string
  readonly format: FormatName
  /** Reads where a ref points. */
  readOid(ref: string): Promise<string | undefined>
}

/** A mover of refs. */
export function refMover({ git, gitDirectory, format, readOid }: RefMoverOptions): RefMover {
  const conversation = converse<RefMove, MoveFailure>({
    git,
    arguments: ['update-ref', '--stdin', '-z'],
    encode: ({ ref, to, from = noOid(format) }) => `start\0update ${ref}\0${to}\0${from}\0commit\0`,
    decoder: commitDecoder,
    onDeath,
    patience: PATIENCE,
  })

  /** The move that Git died of may have been made before it died: the ref says so. */
  async function onDeath(move: RefMove, death: Death): Promise<MoveFailure | typeof ASK_AGAIN> {
    const { startFailure, complaint, status } = death
    const how = complaint || `it ended with ${status}`
    const error = startFailure ?? new GitError('GIT_FAILED', `git update-ref in ${git.directory} failed: ${how}`)
    try {
      const found = await readOid(move.ref)
      if (found === move.to) return undefined
      if (found !== move.from) return new RefMismatch(found)
      const mayRetry = !death.retried && (wasKilled(death) || (await clearStaleLock(gitDirectory, move.ref, error)))
      return mayRetry ? ASK_AGAIN : error
    } catch (thrown) {
      return thrown instanceof GitError ? thrown : error
    }
  }

  return {
    move: (moves) =>
      // A process that cannot be started rejects, and that is the failure of this move.
      Promise.all(moves.map((move) => conversation.ask(move).catch((thrown: GitError) => thrown))),
    close: () => conversation.close(),
  }
}

/** Finds the confirmations of commits among the printed lines; those of other commands say nothing new. */
function commitDecoder(): (chunk: Buffer) => undefined[] {
  let rest = ''
  return (chunk) => {
    const lines = (rest + chunk.toString('latin1')).split('\n')
    rest = lines.pop() as string
    return lines.filter((line) => line === 'commit: ok').map(() => undefined)
  }
}
