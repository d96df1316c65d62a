// The `git` program: how it is called; knows nothing about what it is asked. Never through a shell, never with the
// repository's hooks, never with what the caller's environment says about which repository it is.

import { type ChildProcess, type ChildProcessByStdio, spawn } from 'node:child_process'
import type { Readable, Writable } from 'node:stream'
import { GitError } from '../git-error.ts'
import { gitEnvironment } from './git-environment.ts'

/** A running `git`, with its three streams. */
export type GitProcess = ChildProcessByStdio<Writable, Readable, Readable>

/** The result of a call. */
interface GitResult {
  /** The exit status, or the signal that ended it. */
  readonly status: number | NodeJS.Signals | null
  readonly stdout: Buffer
  readonly stderr: string
}

/** Calls `git` on one directory. */
export interface GitProgram {
  readonly directory: string
  /** Starts it; `input`, if given, becomes its standard input. Throws if it cannot be started. */
  start(arguments_: readonly string[], input?: Readable): GitProcess
  /** Runs it to its end, whatever its status; rejects if something else ends it. */
  ask(arguments_: readonly string[], input?: string | Uint8Array): Promise<GitResult>
  /** Runs it and resolves with its output; rejects if it fails. */
  run(arguments_: readonly string[], input?: string | Uint8Array): Promise<Buffer>
  /** Runs it and yields the lines of its output, in groups as they arrive; throws if it fails. */
  lines(arguments_: readonly string[]): AsyncGenerator<readonly string[], void, undefined>
}

/** How to call `git` on a directory. */
export interface GitProgramOptions {
  /** The `.git` of the repository, if it is known. */
  readonly gitDirectory?: string
  /** Settings of Git, as `key=value`. */
  readonly settings?: readonly string[]
  /** Variables that are added to its environment. */
  readonly environment?: Readonly<Record<string, string>>
  /** How many milliseconds a call may print nothing and not end before it is killed; for ever unless given. */
  readonly patience?: number
  /** Ends each call with all processes that it started; such a `git` is a process group of its own. */
  readonly signal?: AbortSignal | undefined
}

const FLAGS = [
  '--no-replace-objects',
  '--literal-pathspecs',
  ...[
    'core.hooksPath=/dev/null',
    'core.fsmonitor=false',
    'core.logAllRefUpdates=false',
    'core.filesRefLockTimeout=1000',
    'advice.graftFileDeprecated=false',
  ]
    .concat('gc.auto=0', 'maintenance.auto=false', 'protocol.ext.allow=never')
    .flatMap((setting) => ['-c', setting]),
]

/** A `git` that works in a directory. */
export function gitProgram(
  directory: string,
  { gitDirectory, settings = [], environment, patience, signal }: GitProgramOptions = {},
): GitProgram {
  // A caller who names a directory says that it is a repository, bare or not; the call finds out whether it is.
  const which = gitDirectory === undefined ? ['-c', 'safe.bareRepository=all'] : [`--git-dir=${gitDirectory}`]
  const at = ['-C', directory, ...which]
  const before = [...at, ...FLAGS, ...settings.flatMap((setting) => ['-c', setting])]
  const start: GitProgram['start'] = (arguments_, input) => {
    const child = spawnGit([...before, ...arguments_], { input, ownGroup: signal !== undefined, environment })
    // Input to a process that died is lost with it; its end is what gets reported.
    child.stdin?.on('error', () => undefined)
    return child
  }
  const ask: GitProgram['ask'] = (arguments_, input = '') =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted()
      const child = start(arguments_)
      if (signal !== undefined) endOnAbort(child, signal, reject)
      if (patience !== undefined) endIfSilent(child, patience)
      const out: Buffer[] = []
      const err: Buffer[] = []
      child.stdout.on('data', (chunk: Buffer) => out.push(chunk))
      child.stderr.on('data', (chunk: Buffer) => err.push(chunk))
      child.on('error', (error) => reject(cannotStart(error)))
      child.on('close', (status, by) => {
        // One that others killed has not answered. Whoever may end a call here says why.
        if (by !== null && !child.killed && signal === undefined) return reject(killed(arguments_, by))
        resolve({ status: status ?? by, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString().trim() })
      })
      child.stdin.end(input)
    })
  const killed = ([name]: readonly string[], by: NodeJS.Signals): GitError =>
    new GitError('GIT_FAILED', `git ${name} in ${directory} was ended by ${by}; try again`)
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
      if (patience !== undefined) endIfSilent(child, patience)
      let complaint = ''
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        complaint += text
      })
      const ended = new Promise<GitResult['status']>((resolve, reject) => {
        child.on('error', (error) => reject(cannotStart(error)))
        child.on('close', (status, by) => resolve(status ?? by))
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

function spawnGit(
  arguments_: readonly string[],
  {
    input,
    ownGroup,
    environment = {},
  }: {
    readonly input: Readable | undefined
    readonly ownGroup: boolean
    readonly environment: GitProgramOptions['environment']
  },
): GitProcess {
  let child: ChildProcess
  try {
    child = spawn('git', arguments_, {
      env: { ...gitEnvironment(process.env), ...environment },
      stdio: [input ?? 'pipe', 'pipe', 'pipe'],
      windowsHide: true,
      detached: ownGroup,
    })
  } catch (thrown) {
    throw cannotStart(thrown as NodeJS.ErrnoException)
  }
  if (child.stdout !== undefined) return child as GitProcess
  // Without free descriptors there are no streams, and Node says why only later.
  child.on('error', () => undefined)
  throw new GitError(
    'GIT_FAILED',
    'git cannot be started: too many files are open in this process or on this machine; close some, or raise the limit',
  )
}

/** Ends a process group when a signal is aborted, and rejects with the reason once its first process has ended. */
function endOnAbort(child: GitProcess, signal: AbortSignal, reject: (reason: unknown) => void): void {
  const { pid } = child
  const end = (): void => {
    try {
      // Ending git alone would leave the programs running that it reaches the remote with.
      if (pid === undefined || process.platform === 'win32') child.kill()
      else process.kill(-pid, 'SIGTERM')
    } catch {
      // It has just ended by itself.
    }
  }
  signal.addEventListener('abort', end)
  child.on('exit', () => {
    signal.removeEventListener('abort', end)
    if (signal.aborted) reject(signal.reason)
  })
  child.on('error', () => signal.removeEventListener('abort', end))
}

/** Kills a process that prints nothing for too long. */
function endIfSilent(child: GitProcess, patience: number): void {
  const watch = setTimeout(() => child.kill('SIGKILL'), patience).unref()
  child.stdout.on('data', () => watch.refresh())
  child.on('close', () => clearTimeout(watch))
  child.on('error', () => clearTimeout(watch))
}

/** Why a process could not be started. */
export function cannotStart(error: NodeJS.ErrnoException): GitError {
  if (error.code !== 'ENOENT') {
    return new GitError('GIT_FAILED', `git cannot be started: ${error.message}`, { cause: error })
  }
  const why = 'there is no git on the PATH; install Git 2.39 or newer'
  return new GitError('GIT_MISSING', `git cannot be started: ${why}`, { cause: error })
}
