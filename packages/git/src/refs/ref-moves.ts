// Moves refs by compare-and-swap, with one `git update-ref` that keeps running: one transaction for each move. A move
// counts as made only if Git said so. If Git died, the ref is read. That it points where it should is enough for a ref
// whose place is all that matters. It is not enough for an append, because another writer may have put an equal commit
// there: an append has a receipt, which says who did.

import { join } from 'node:path'
import { GitError } from '../git-error.ts'
import { type FormatName, noOid } from '../objects/object-id.ts'
import { ASK_AGAIN, type Death, wasKilled } from '../process/conversation.ts'
import type { GitProgram } from '../process/git-program.ts'
import { converseAboutRefs } from '../process/ref-conversation.ts'
import { clearStaleLock, clearStaleLocks } from '../process/stale-lock.ts'

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
  /**
   * The ref of its receipts moves in the same transaction, and before it. Git locks both refs before it moves one, so no
   * other writer comes between. Only if Git is killed between the two, the receipt is there and the append is not.
   */
  readonly receipt?: Omit<RefMove, 'receipt'>
}

/** The ref did not point where the move expected it. */
export class RefMismatch {
  readonly found: string | undefined
  /** Whether Git died without an answer: then the receipt says whether the move was made. */
  readonly unanswered: boolean
  constructor(found: string | undefined, { unanswered = false }: { readonly unanswered?: boolean } = {}) {
    this.found = found
    this.unanswered = unanswered
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
  const conversation = converseAboutRefs<RefMove, MoveFailure>({
    git,
    gitDirectory,
    arguments: ['update-ref', '--stdin', '-z'],
    encode: ({ receipt, ...move }) => `start\0${receipt === undefined ? '' : update(receipt)}${update(move)}commit\0`,
    decoder: commitDecoder,
    onDeath,
    patience: PATIENCE,
  })

  function update({ ref, to, from = noOid(format) }: RefMove): string {
    return `update ${ref}\0${to}\0${from}\0`
  }

  /** The move that Git died of may have been made before it died. */
  async function onDeath(move: RefMove, death: Death): Promise<MoveFailure | typeof ASK_AGAIN> {
    const { startFailure, complaint, status } = death
    const how = complaint || `it ended with ${status}`
    const error = startFailure ?? new GitError('GIT_FAILED', `git update-ref in ${git.directory} failed: ${how}`)
    try {
      const found = await readOid(move.ref)
      const { receipt } = move
      const refused = hasRefused(death)
      const mismatch = new RefMismatch(found, { unanswered: !refused })
      if (receipt === undefined && found === move.to) return undefined
      if (found !== move.from) return mismatch
      if (receipt !== undefined) {
        const at = await readOid(receipt.ref)
        // The ref of the receipts moved and that of the run did not: Git was killed in between, or another Git was.
        if (at !== receipt.from) return refused && at === receipt.to ? error : mismatch
      }
      if (death.retried) return error
      return wasKilled(death) || (await clearLocks(move, error)) ? ASK_AGAIN : error
    } catch (thrown) {
      return thrown instanceof GitError ? thrown : error
    }
  }

  /** A process that was killed during an append left the locks of both refs. */
  async function clearLocks({ ref, receipt }: RefMove, error: GitError): Promise<boolean> {
    if (receipt === undefined) return await clearStaleLock(gitDirectory, ref, error)
    return await clearStaleLocks(
      [receipt.ref, ref].map((one) => join(gitDirectory, `${one}.lock`)),
      error,
    )
  }

  return {
    move(moves) {
      // Only before them all: moves that follow each other must go to one process.
      conversation.refresh()
      // A process that cannot be started rejects, and that is the failure of this move.
      return Promise.all(moves.map((move) => conversation.ask(move).catch((thrown: GitError) => thrown)))
    },
    close: () => conversation.close(),
  }
}

/**
 * Whether Git ended by itself and said why: it then made no move that it did not confirm. Statuses above 128 are those of
 * signals, as a shell around Git reports them.
 */
function hasRefused({ status, complaint }: Death): boolean {
  return typeof status === 'number' && status <= 128 && complaint !== ''
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
