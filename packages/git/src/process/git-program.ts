// The `git` program: how it is called, and nothing of what it is asked. Never through a shell, never with what the
// caller's environment says of Git, never with the repository's hooks.

import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { GitError } from '../git-error.ts'

/** A `git` that runs, with its three streams. */
export type GitProcess = ChildProcessByStdio<Writable, Readable, Readable>

/** What a call came to. */
interface GitResult {
  /** What it ended with: its status, or the signal that ended it. */
  readonly status: number | NodeJS.Signals | null
  readonly stdout: Buffer
  readonly stderr: string
}

/** Calls `git` on one directory. */
export interface GitProgram {
  readonly directory: string
  /** Starts it; where `input` is given, that is its standard input. Throws where that cannot be. */
  start(arguments_: readonly string[], input?: Readable): GitProcess
  /** Runs it to its end, whatever that is. */
  ask(arguments_: readonly string[], input?: string | Uint8Array): Promise<GitResult>
  /** Runs it, and answers with what it printed; fails where it fails. */
  run(arguments_: readonly string[], input?: string | Uint8Array): Promise<Buffer>
  /** Runs it, and gives the lines that it prints, in groups as they come; fails where it fails. */
  lines(arguments_: readonly string[]): AsyncGenerator<readonly string[], void, undefined>
}

const FLAGS = [
  '--no-replace-objects',
  '--literal-pathspecs',
  ...[
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.logAllRefUpdates=false',
    'core.filesRefLockTimeout=1000',
  ]
    .concat('gc.auto=0', 'maintenance.auto=false', 'protocol.ext.allow=never')
    .flatMap((setting) => ['-c', setting]),
]

/**
 * A `git` that works in a directory; of the repository with this `.git`, where it is known.
 * @param signal ends what is asked of it, with all that it started; such a `git` is a process group of its own
 */
export function gitProgram(
  directory: string,
  gitDirectory?: string,
  settings: readonly string[] = [],
  signal?: AbortSignal,
): GitProgram {
  // Who asks for a directory by name has said that it is a repository, bare or not; that it is, is found out.
  const which = gitDirectory === undefined ? ['-c', 'safe.bareRepository=all'] : [`--git-dir=${gitDirectory}`]
  const at = ['-C', directory, ...which]
  const before = [...at, ...FLAGS, ...settings.flatMap((setting) => ['-c', setting])]
  const start: GitProgram['start'] = (arguments_, input) => {
    const child = spawnGit([...before, ...arguments_], input, signal !== undefined)
    // What is written to a process that has died is lost with it; its end is what is told.
    child.stdin?.on('error', () => undefined)
    return child
  }
  const ask: GitProgram['ask'] = (arguments_, input = '') =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const child = start(arguments_)
      if (signal !== undefined) endOnAbort(child, signal, reject)
      const out: Buffer[] = []
      const err: Buffer[] = []
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
      child.on('error', (error) => reject(cannotStart(error)))
      child.on('close', (status, by) => {
        resolve({ status: status ?? by, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString().trim() })
      })
      child.stdin.end(input)
    })
  const check = ([name]: readonly string[], status: GitResult['status'], complaint: string): void => {
    if (status === 0) return
    throw new GitError('GIT_FAILED', `git ${name} in ${directory} ended with ${status}: ${complaint.trim()}`)
  }
  return {
    directory,
    start,
    ask,
    async run(arguments_, input) {
      const { status, stdout, stderr } = await ask(arguments_, input)
      check(arguments_, status, stderr)
      return stdout
    },
    async *lines(arguments_) {
      const child = start(arguments_)
      let complaint = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        complaint += text
      })
      const ended = new Promise<GitResult['status']>((resolve, reject) => {
        child.on('error', (error) => reject(cannotStart(error)))
        child.on('close', (status, signal) => resolve(status ?? signal))
      })
      ended.catch(() => undefined)
      child.stdin.end()
      let rest = ''
      for await (const text of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
        const lines = (rest + text).split('\n')
        rest = lines.pop() ?? ''
        yield lines
      }
      check(arguments_, await ended, complaint)
    },
  }
}

function spawnGit(arguments_: readonly string[], input: Readable | undefined, detached: boolean): GitProcess {
  let child: ChildProcess
  try {
    child = spawn('git', arguments_, {
      env: environment(),
      stdio: [input ?? 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
      detached,
    })
  } catch (thrown) {
    throw cannotStart(thrown as NodeJS.ErrnoException)
  }
  if (child.stdout !== undefined) return child as GitProcess
  // Where there are no descriptors left there are no streams, and Node says why only later.
  child.on('error', () => undefined)
  throw new GitError('GIT_FAILED', 'git cannot be started: too many files are open in this process, or on this machine')
}

/** Ends a process group when a signal says so, and tells the reason once its first process has ended. */
function endOnAbort(child: GitProcess, signal: AbortSignal, tell: (reason: unknown) => void): void {
  const { pid } = child
  const end = (): void => {
    try {
      // Git alone would leave behind what it has reach the remote.
      if (pid === undefined || process.platform === 'win32') child.kill()
      else process.kill(-pid, 'SIGTERM')
    } catch {
      // It has just ended by itself.
    }
  }
  signal.addEventListener('abort', end)
  child.on('exit', () => {
    signal.removeEventListener('abort', end)
    if (signal.aborted) tell(signal.reason)
  })
  child.on('error', () => signal.removeEventListener('abort', end))
}

/** Why a process could not be started. */
export function cannotStart(error: NodeJS.ErrnoException): GitError {
  if (error.code !== 'ENOENT') {
    return new GitError('GIT_FAILED', `git cannot be started: ${error.message}`, { cause: error })
  }
  const why = 'there is no git on the PATH; install Git 2.39 or newer'
  return new GitError('GIT_MISSING', `git cannot be started: ${why}`, { cause: error })
}

function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.toUpperCase().startsWith('GIT_'))
  return {
    ...Object.fromEntries(kept),
    LC_ALL: 'C',
    GIT_ALLOW_PROTOCOL: 'file:git:http:https:ssh',
    GIT_TERMINAL_PROMPT: '0',
    GIT_NO_LAZY_FETCH: '1',
  }
}
