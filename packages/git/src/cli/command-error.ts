// Why a command failed, and what failures are told as.

import { RunError } from '@xmachines/core'
import { GitError, type GitErrorCode } from '../git-error.ts'
import { visible } from './visible.ts'

/** A command that cannot be done as it was given. */
export class CommandError extends Error {
  /** 1 where what was asked is not so or failed, 2 where it was asked wrongly. */
  readonly status: 1 | 2

  constructor(message: string, status: 1 | 2 = 1) {
    super(message)
    this.status = status
  }
}

/** A failure with that code in the words of this program, which say what is to be given to it; others as they are. */
export function inWords(thrown: unknown, code: GitErrorCode, words: (failure: GitError) => string): unknown {
  if (!(thrown instanceof GitError) || thrown.code !== code) return thrown
  return new GitError(code, words(thrown), { cause: thrown })
}

/** Why a file could not be read or written, without its name again. */
export function whyFailed(error: Error): string {
  return error.message.replace(/, \w+ '.*'$/s, '')
}

/** What is printed of a failure: what, where and what to do, and the code that tells it apart. */
export function complaintOf(thrown: unknown): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const code = thrown instanceof GitError || thrown instanceof RunError ? ` (${thrown.code})` : ''
  // Lines that follow stand further right, so that none can pass for another message.
  const [first = '', ...others] = `${message}${code}`.split(/\r?\n/)
  return `${[`error: ${visible(first)}`, ...others.map((line) => `  ${visible(line)}`)].join('\n')}\n`
}
