// Moves refs by compare-and-swap, with one `git update-ref` that lives on: one transaction for each move. A move is
// told as done only when Git said so, or when the ref was seen to stand where it should.

import { GitError } from '../git-error.ts'
import { type FormatName, noOid } from '../objects/object-id.ts'
import { cannotStart, type GitProcess, type GitProgram } from '../process/git-program.ts'
import { clearStaleLock } from '../process/stale-lock.ts'

/**
 * How long, in milliseconds, a git may take over a move before it is ended. A slow disk takes less; and where it does
 * not, nothing is lost but time: what became of the move is read from the ref.
 */
const PATIENCE = 60_000

/** A move of a ref. */
export interface RefMove {
  readonly ref: string
  readonly to: string
  /** Where it must stand; undefined where it must not exist. */
  readonly from: string | undefined
}

/** Where a ref stands instead of where it should. */
export class RefMismatch {
  readonly found: string | undefined
  constructor(found: string | undefined) {
    this.found = found
  }
}

/** What became of a move: undefined where it was made. */
type MoveFailure = RefMismatch | GitError | undefined

interface Pending {
  readonly move: RefMove
  readonly settle: (failure: MoveFailure) => void
  retried: boolean
}

/** Moves refs. */
export interface RefMover {
  /** Makes each move or says why not; one that fails takes no other with it. */
  move(moves: readonly RefMove[]): Promise<MoveFailure[]>
  close(): void
}

/** A mover of refs; `read` says where a ref stands. */
export function refMover(
  git: GitProgram,
  gitDirectory: string,
  format: FormatName,
  read: (ref: string) => Promise<string | undefined>,
): RefMover {
  let child: GitProcess | undefined
  /** Whether it is to end once nothing is under way: it answers what it was sent before another is asked. */
  let closing = false
  /** Moves that were sent and not answered, in order. */
  let sent: Pending[] = []
  /** Runs while there are such. */
  let watch: NodeJS.Timeout | undefined

  function send(pending: Pending): void {
    let running: GitProcess
    try {
      running = child ??= start()
    } catch (thrown) {
      pending.settle(thrown as GitError)
      return
    }
    sent.push(pending)
    if (sent.length === 1) {
      holdOpen(running)
      watchOver(running)
    }
    const { ref, to, from = noOid(format) } = pending.move
    running.stdin.write(`start\0update ${ref}\0${to}\0${from}\0commit\0`)
  }

  function watchOver(running: GitProcess): void {
    watch = setTimeout(() => {
      const seconds = PATIENCE / 1000
      process.emitWarning(`git update-ref in ${git.directory} did not answer for ${seconds} s, and was ended`, {
        code: 'XMACHINES_GIT_HANGS',
      })
      running.kill('SIGKILL')
    }, PATIENCE)
  }

  function start(): GitProcess {
    const started = git.start(['update-ref', '--stdin', '-z'])
    let [answers, complaints] = ['', '']
    letGo(started)
    started.stdout.setEncoding('latin1').on('data', (text: string) => {
      const lines = (answers + text).split('\n')
      answers = lines.pop() as string
      for (const line of lines) if (line === 'commit: ok') sent.shift()?.settle(undefined)
      if (sent.length > 0) {
        watch?.refresh()
        return
      }
      letGo(started)
      clearTimeout(watch)
      if (closing) end()
    })
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaints += text
    })
    started.on('error', (error) => ended(started, cannotStart(error)))
    started.on('close', (status, signal) => {
      const complaint = complaints.trim()
      const how = complaint || `it ended with ${status ?? signal}`
      ended(started, new GitError('GIT_FAILED', `git update-ref failed: ${how}`), complaint === '')
    })
    return started
  }

  function end(): void {
    child?.stdin.end()
    child = undefined
    closing = false
  }

  // The first move without an answer is the one it died of, unless somebody killed it; the others are sent again.
  function ended(one: GitProcess, error: GitError, killed = false): void {
    if (child !== one) return
    child = undefined
    clearTimeout(watch)
    const [failed, ...others] = sent
    sent = []
    if (failed !== undefined) void settleFailed(failed, error, killed)
    for (const other of others) send(other)
  }

  async function settleFailed(pending: Pending, error: GitError, killed: boolean): Promise<void> {
    const { move, settle } = pending
    try {
      const found = await read(move.ref)
      if (found === move.to) settle(undefined)
      else if (found !== move.from) settle(new RefMismatch(found))
      else if (!pending.retried && (killed || (await clearStaleLock(gitDirectory, move.ref, error)))) {
        pending.retried = true
        send(pending)
      } else settle(error)
    } catch (thrown) {
      settle(thrown instanceof GitError ? thrown : error)
    }
  }

  return {
    move: (moves) =>
      Promise.all(moves.map((move) => new Promise<MoveFailure>((settle) => send({ move, settle, retried: false })))),
    close() {
      if (sent.length === 0) end()
      else closing = true
    },
  }
}

/** A process that has nothing to do keeps no other alive; it ends when its input does. */
export function letGo(child: GitProcess): void {
  for (const part of pipesOf(child)) part?.unref?.()
}

/** While there is something to do, it does. */
export function holdOpen(child: GitProcess): void {
  for (const part of pipesOf(child)) part?.ref?.()
}

/** The pipes of a child are sockets, which Node's types do not say; null where another process is at its other end. */
type Pipe = { readonly destroyed?: boolean; ref?(): void; unref?(): void } | null

function pipesOf(child: GitProcess): readonly Pipe[] {
  // One that was destroyed would wait for its connection to do as it is told.
  return [child, child.stdin, child.stdout, child.stderr].filter((part: Pipe) => part?.destroyed !== true)
}
