// Errors of Node that reach a caller become `GitError`s. Wrong arguments stay `TypeError` and `RangeError`, and what a
// replay throws stays a `RunError`.

import { GitError, type GitErrorCode } from './git-error.ts'

/** A range that the engine itself ran out of, not one that an argument left. */
const ENGINE = /^(Invalid (string|array|typed array) length|Array buffer allocation failed|Maximum call stack)/

/** A thrown value: as a `GitError` if it is an error of the system or the engine, unchanged otherwise. */
export function withoutRawError(thrown: unknown, code: GitErrorCode, doing: string): unknown {
  if (!isRaw(thrown)) return thrown
  return new GitError(code, `${doing} failed: ${thrown.message}`, { cause: thrown })
}

/** What to do about a file that cannot be read. */
export function adviceOn({ code }: NodeJS.ErrnoException): string {
  if (code === 'EACCES' || code === 'EPERM') return 'give this user the right to read it'
  if (code === 'EMFILE' || code === 'ENFILE') return 'close some files, or raise the limit of open ones'
  return 'mend the disk, or put it back from a copy'
}

/** The same function, which rejects with no error of the system. */
export function guarded<Arguments extends readonly unknown[], Result>(
  code: GitErrorCode,
  doing: string,
  work: (...given: Arguments) => Promise<Result>,
): (...given: Arguments) => Promise<Result> {
  return async (...given) => {
    try {
      return await work(...given)
    } catch (thrown) {
      throw withoutRawError(thrown, code, doing)
    }
  }
}

function isRaw(thrown: unknown): thrown is Error {
  if (!(thrown instanceof Error)) return false
  if (thrown instanceof SyntaxError) return true
  if (thrown instanceof RangeError && ENGINE.test(thrown.message)) return true
  // Errors of the system name the call that failed, and Node's own begin with ERR_.
  const { code, syscall } = thrown as NodeJS.ErrnoException
  return syscall !== undefined || (typeof code === 'string' && code.startsWith('ERR_'))
}
