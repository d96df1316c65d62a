// A git that is killed in the middle of an append, as often as a test plans it.

import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { vi } from 'vitest'
import { findStrace } from '../../../scripts/strace.ts'
import type { Folder } from './repositories.ts'

/**
 * When git is killed: before it moves a ref, between the ref of the receipt and that of the run, or after both and without
 * an answer.
 */
export type Fault = 'before' | 'between' | 'after'

/** The `git` on the PATH of this process. */
export interface FaultyGit {
  /** The next appends end like this, and those after them go well. */
  plan(...faults: readonly Fault[]): void
  /** Runs a program, once, right before the next git is killed. */
  meanwhile(command: string, ...arguments_: readonly string[]): void
  /** The planned faults that have not happened yet. */
  left(): Fault[]
}

/**
 * Puts a git on the PATH that runs under strace the next time that it is called for a purpose; `vi.unstubAllEnvs()` puts
 * the real one back.
 * @param faults arguments of strace: what to inject
 * @param purpose words that its arguments have then; without them, when it moves refs
 * @param kept a lock that this git leaves when it is killed; it never becomes old
 */
export function tracedGit(
  folder: Folder,
  faults: readonly string[],
  { purpose = 'update-ref --stdin', kept }: { readonly purpose?: string; readonly kept?: string } = {},
): void {
  const strace = findStrace()
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  const place = mkdtempSync(join(folder.path, 'traced-'))
  const due = join(place, 'due')
  writeFileSync(due, '')
  const quoted = ['-qq', '-o', '/dev/null', ...faults, real].map((one) => `'${one}'`).join(' ')
  const environment = Object.entries(strace.env)
    .map(([name, value]) => `${name}='${value}'`)
    .join(' ')
  const traced = `'${strace.path}' ${quoted} "$@"`
  const ends =
    kept === undefined
      ? `${environment} exec ${traced}`
      : `{ ${environment} ${traced}; touch -t 209901010000 '${kept}'; kill -9 $$; }`
  const choose = `case "$*" in *"${purpose}"*) rm '${due}' 2> /dev/null && ${ends} ;; esac`
  writeFileSync(join(place, 'git'), `#!/bin/sh\n${choose}\nexec '${real}' "$@"\n`, { mode: 0o755 })
  vi.stubEnv('PATH', [place, process.env['PATH']].join(delimiter))
}

/** Puts a faulty git on the PATH; `vi.unstubAllEnvs()` puts the real one back. */
export function faultyGit(folder: Folder): FaultyGit {
  const path = process.env['PATH'] ?? ''
  const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
  const place = mkdtempSync(join(folder.path, 'faulty-'))
  const notes = { plan: join(place, 'plan.json'), meanwhile: join(place, 'meanwhile.json') }
  const [programs, mover] = [join(place, 'bin'), join(place, 'update-ref.cjs')]
  mkdirSync(programs)
  writeFileSync(mover, moverSource({ real, path, ...notes }))
  const choose = `case "$*" in *"update-ref --stdin"*) exec '${process.execPath}' '${mover}' "$@" ;; esac`
  writeFileSync(join(programs, 'git'), `#!/bin/sh\n${choose}\nexec '${real}' "$@"\n`, { mode: 0o755 })
  vi.stubEnv('PATH', [programs, path].join(delimiter))
  return {
    plan: (...faults) => leave(notes.plan, faults),
    meanwhile: (...command) => leave(notes.meanwhile, command),
    left: () => (existsSync(notes.plan) ? (JSON.parse(readFileSync(notes.plan, 'utf8')) as Fault[]) : []),
  }
}

/** Leaves a note. It is renamed into its place, so that no git reads half of it. */
function leave(note: string, content: readonly string[]): void {
  writeFileSync(`${note}.new`, JSON.stringify(content))
  renameSync(`${note}.new`, note)
}

/** A `git update-ref --stdin -z` that has the real one make each transaction, or a part of it. */
function moverSource(constants: Readonly<Record<'real' | 'path' | 'plan' | 'meanwhile', string>>): string {
  return `
const { execFileSync, spawnSync } = require('node:child_process')
const { readFileSync, renameSync, writeFileSync } = require('node:fs')
const { real, path, plan, meanwhile } = ${JSON.stringify(constants)}
// Several gits may run at once: the one that renames a note has it.
const take = (note) => {
  const mine = note + '.' + process.pid
  try {
    renameSync(note, mine)
  } catch {
    return []
  }
  return JSON.parse(readFileSync(mine, 'utf8'))
}
const leave = (note, content) => {
  const mine = note + '.' + process.pid
  writeFileSync(mine, JSON.stringify(content))
  renameSync(mine, note)
}
let text = ''
process.stdin.on('data', (chunk) => {
  text += chunk
  for (let end; (end = text.indexOf('commit\\0')) >= 0; text = text.slice(end + 7)) transact(text.slice(0, end))
})
process.stdin.on('end', () => process.exit(0))
function transact(asked) {
  const updates = asked.split('update ').slice(1).map((one) => 'update ' + one)
  // Only appends move two refs.
  const [fault, ...others] = updates.length === 2 ? take(plan) : []
  if (others.length > 0) leave(plan, others)
  // Git looks at both refs before it moves one, so the first may only move if the second could.
  const some = fault === 'before' ? [] : fault === 'between' ? [updates[0], verified(updates[1])] : updates
  const input = 'start\\0' + some.join('') + 'commit\\0'
  const { status, stdout, stderr } = spawnSync(real, process.argv.slice(2), { input, env: { ...process.env, PATH: path } })
  // Another git may have a lock. Then the next append ends like this.
  const isRefused = fault !== undefined && status !== 0
  if (isRefused) leave(plan, [fault, ...take(plan)])
  if (fault === undefined || isRefused) {
    process.stdout.write(stdout)
    process.stderr.write(stderr)
    if (status !== 0) process.exit(status)
    return
  }
  const [command, ...given] = take(meanwhile)
  if (command !== undefined) execFileSync(command, given, { env: { ...process.env, PATH: path } })
  process.kill(process.pid, 'SIGKILL')
}
function verified(update) {
  const [command, , from] = update.split('\\0')
  return command.replace('update', 'verify') + '\\0' + from + '\\0'
}
`
}
