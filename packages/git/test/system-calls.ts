// A process and its children under strace: what their system calls do to files below a folder, in order.

import { spawn } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { findStrace } from '../../../scripts/strace.ts'

/** The kind of a call. */
export type CallKind =
  | 'create'
  | 'write'
  | 'sync'
  | 'rename'
  | 'remove'
  | 'make folder'
  | 'link'
  | 'symlink'
  | 'tell'
  | 'other'

/** A system call that changed a file, synced one, or printed an acknowledgement. */
export interface Call {
  readonly kind: CallKind
  /** The file; of `tell`, the printed text. */
  readonly path: string
  /** The new name, of `rename` and `link`. */
  readonly to: string
  /** What was written, of `write`. */
  readonly bytes: Buffer
  /** Of `create`: whether an existing file is emptied, and the mode of a new one. */
  readonly truncates: boolean
  readonly mode: number
  /** When it began and ended: a call comes before another if it ended before the other began. */
  readonly begin: number
  readonly end: number
}

// Calls that an architecture lacks are skipped. Opens for reading are traced because they show the working folder.
const TRACED = ['open', 'creat', 'rename', 'unlink', 'mkdir', 'rmdir', 'link', 'symlink', 'ftruncate', 'truncate']
  .concat('openat', 'renameat', 'renameat2', 'unlinkat', 'mkdirat', 'linkat', 'symlinkat', 'fallocate')
  .concat('write', 'pwrite64', 'writev', 'pwritev', 'sendfile', 'copy_file_range')
  .concat('fsync', 'fdatasync', 'sync', 'syncfs', 'sync_file_range', 'msync')

const KINDS: Readonly<Record<string, CallKind>> = {
  write: 'write',
  fsync: 'sync',
  fdatasync: 'sync',
  rename: 'rename',
  renameat: 'rename',
  renameat2: 'rename',
  unlink: 'remove',
  unlinkat: 'remove',
  rmdir: 'remove',
  mkdir: 'make folder',
  mkdirat: 'make folder',
  link: 'link',
  linkat: 'link',
  symlink: 'symlink',
  symlinkat: 'symlink',
}

const NOTHING = { to: '', bytes: Buffer.alloc(0), truncates: false, mode: 0 }

/** How a process is traced. */
export interface TraceOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Further arguments of strace: faults to inject. */
  readonly strace?: readonly string[]
}

/** The result of a traced process. */
export interface Traced {
  readonly calls: readonly Call[]
  readonly printed: string
  readonly complaints: string
}

/** Runs a script with Node under strace; resolves with its calls on files below a folder. */
export async function traceCalls(
  folder: string,
  script: string,
  arguments_: readonly string[],
  { env = {}, strace: more = [] }: TraceOptions = {},
): Promise<Traced> {
  const strace = findStrace()
  const file = `${folder}-${process.pid}.strace`
  const traced = ['-e', `trace=${TRACED.map((name) => `?${name}`).join(',')}`]
  const node = [process.execPath, '--conditions=@xmachines/source', join(import.meta.dirname, script)]
  const child = spawn(
    strace.path,
    [
      '-f',
      '--seccomp-bpf',
      '-qq',
      '-y',
      '-x',
      '-s',
      '16000000',
      '-o',
      file,
      ...traced,
      ...more,
      ...node,
      ...arguments_,
    ],
    // strace does not see what goes through io_uring.
    { env: { ...process.env, ...strace.env, UV_USE_IO_URING: '0', ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let [printed, complaints] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaints += text
  })
  const status = await new Promise((done) => child.once('close', done))
  if (status !== 0) throw new Error(`the traced process ended with ${String(status)}: ${complaints}`)
  const calls = readTrace(readFileSync(file, 'latin1'), folder)
  rmSync(file)
  return { calls, printed, complaints }
}

/**
 * The calls of a trace on files below a folder, in the order in which they ended; an acknowledgement counts from its
 * beginning.
 */
function readTrace(text: string, folder: string): Call[] {
  const begun = new Map<string, { readonly text: string; readonly begin: number }>()
  const folders = new Map<string, string>()
  const calls: Call[] = []
  for (const [at, line] of text.split('\n').entries()) {
    const [, thread = '', rest = ''] = /^(\d+) +(.*)$/.exec(line) ?? []
    const resumed = /^<\.\.\. \w+ resumed>(.*)$/.exec(rest)
    const before = resumed === null ? undefined : begun.get(thread)
    const whole = before === undefined ? rest : before.text + resumed?.[1]
    const unfinished = whole.endsWith(' <unfinished ...>')
    const call = whole.replace(/ <unfinished \.\.\.>$/, '')
    const begin = before?.begin ?? at
    if (unfinished) begun.set(thread, { text: call, begin })
    else begun.delete(thread)
    const here = /AT_FDCWD<([^>]*)>/.exec(call)?.[1] ?? folders.get(thread) ?? '/'
    folders.set(thread, here)
    const printed = /^write\(\d+<[^/>]*>, "mark (.*)\\n"/.exec(call)?.[1]
    if (printed !== undefined && before === undefined) {
      calls.push({ ...NOTHING, kind: 'tell', path: printed, begin, end: at })
    }
    if (unfinished || printed !== undefined || !/\) += \d/.test(call)) continue
    const read = readCall(call, here)
    if (read !== undefined && isBelow(read.path, folder)) calls.push({ ...read, begin, end: at })
  }
  return calls
}

function isBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`)
}

function readCall(call: string, here: string): Omit<Call, 'begin' | 'end'> | undefined {
  const [, name = '', rest = ''] = /^(\w+)\((.*)$/.exec(call) ?? []
  const [path = '', to = ''] = [...rest.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, quoted = '']) => unquote(quoted))
  const file = /^\d+<(\/[^>]*)>/.exec(rest)?.[1]
  const flags = /^(?:AT_FDCWD<[^>]*>, )?"[^"]*", ([A-Z_|]+)/.exec(rest)?.[1] ?? ''
  if (name === 'open' || name === 'openat') {
    if (!/O_CREAT|O_TRUNC/.test(flags)) return undefined
    const mode = Number.parseInt(/, (0\d+)\)/.exec(rest)?.[1] ?? '0', 8)
    return { ...NOTHING, kind: 'create', path: resolve(here, path), truncates: flags.includes('O_TRUNC'), mode }
  }
  // Pipes and sockets are not files. A call that is not understood is an error.
  if (/^\d+</.test(rest) && file === undefined) return undefined
  const kind = KINDS[name] ?? 'other'
  if (file !== undefined) return { ...NOTHING, kind, path: file, bytes: Buffer.from(path, 'latin1') }
  return { ...NOTHING, kind, path: resolve(here, path), to: to === '' ? '' : resolve(here, to) }
}

/** A string as strace shows it: all of it in hex if some of it is not plain text. */
function unquote(quoted: string): string {
  if (quoted.startsWith('\\x')) return Buffer.from(quoted.replaceAll('\\x', ''), 'hex').toString('latin1')
  const letters: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', v: '\v', f: '\f' }
  return quoted.replace(/\\(.)/g, (_escape, letter: string) => letters[letter] ?? letter)
}
