// Errors of commands, and how a failure is printed.

import { RunError, type RunErrorCode } from '@xmachines/core'
import { GitError, type GitErrorCode } from '../git-error.ts'
import { visible } from './visible.ts'

/** A command that cannot be carried out. */
export class CommandError extends Error {
  /** 1 if the command failed or found something wrong, 2 if it was given wrongly. */
  readonly status: 1 | 2

  constructor(message: string, status: 1 | 2 = 1) {
    super(message)
    this.status = status
  }
}

/**
 * A failure with this code, reworded for users of the program, who give options and not arguments; others unchanged.
 */
export function reworded(thrown: unknown, code: GitErrorCode, wording: (failure: GitError) => string): unknown {
  if (!(thrown instanceof GitError) || thrown.code !== code) return thrown
  return new GitError(code, wording(thrown), { cause: thrown })
}

/** What to give a command that takes saved runs. */
export const giveRunFile: string =
  'give the whole of a file that run.toJSON(), "xmachines export" or "xmachines log --json" wrote'

/** What to do about errors of core, which does not know that a program has a file and options. */
const advice: Readonly<Partial<Record<RunErrorCode, string>>> = {
  HISTORY_MISMATCH: '; it was changed or cut off after it was saved: use another copy',
  MACHINE_MISMATCH: '; give the module of that machine with --machine',
}

/**
 * Why a file could not be read or written, and what to do.
 * @param missing what to say if it does not exist, or the folder in which it is to be
 */
export function whyFailed(error: NodeJS.ErrnoException, missing: string): string {
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return missing
    case 'EISDIR':
      return 'it is a folder; give a file'
    case 'EACCES':
    case 'EPERM':
      return 'you lack the permission; change that of the file or its folder, or give another file'
    default:
      // The name of the file, which Node repeats, is left out.
      return error.message.replace(/, \w+ '.*'$/s, '')
  }
}

/**
 * The text that is printed for a failure: its message, what to do, and its code.
 * @param file what it is about, if the message does not say so
 */
export function complaintOf(thrown: unknown, file?: string): string {
  const message = thrown instanceof Error ? thrown.message : String(thrown)
  const todo = thrown instanceof RunError ? (advice[thrown.code] ?? '') : ''
  const code = thrown instanceof GitError || thrown instanceof RunError ? ` (${thrown.code})` : ''
  // Further lines are indented, so that none can pass for another message.
  const [first = '', ...others] = `${file === undefined ? '' : `${file}: `}${message}${todo}${code}`.split(/\r?\n/)
  return `${[`error: ${visible(first)}`, ...others.map((line) => `  ${visible(line)}`)].join('\n')}\n`
}
