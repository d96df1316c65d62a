// Storybook's dev server on a copy of the workspace. Tests edit the copy.

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'

import { portForServer } from '../../scripts/port-for-server.ts'

const workspace = join(import.meta.dirname, '../..')

/** What Storybook needs. */
const parts = ['.storybook', 'apps/flows', 'docs', 'packages', 'package.json', 'tsconfig.base.json', 'node_modules']

/** What is not copied: tests and build results. */
const notCopied = ['test', 'dist', '.types']

/** A copy of the workspace, and its Storybook. */
export interface Storybook {
  /** Where the copy is. */
  readonly folder: string
  /**
   * Starts the server.
   *
   * @returns its address, after it answers
   * @throws {Error} with everything that it printed, if it ends before that
   */
  start(): Promise<string>
  /** Ends the server and removes the copy. */
  remove(): Promise<void>
}

/** Copies the workspace. */
export function copyStorybook(): Storybook {
  const folder = copyWorkspace()
  let remove = async (): Promise<void> => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  return {
    folder,
    async start() {
      const port = await portForServer()
      const started = spawnStorybook(folder, port)
      const ended = once(started, 'exit')
      const removeCopy = remove
      remove = async () => {
        end(started)
        await ended
        await removeCopy()
      }
      const url = `http://127.0.0.1:${port}`
      await Promise.race([endOf(started, ended), answerOf(started, `${url}/index.json`)])
      return url
    },
    remove: () => remove(),
  }
}

/** Inside the workspace, or Vite would not serve the packages; outside `node_modules`, or Vite would not watch it. */
function copyWorkspace(): string {
  mkdirSync(join(workspace, 'reports'), { recursive: true })
  const folder = mkdtempSync(join(workspace, 'reports/storybook-'))
  for (const part of parts) {
    // pnpm's links are relative: in the copy, the links to packages of the workspace point to the copied packages.
    const filter = (path: string): boolean => !notCopied.includes(basename(path)) && !isHidden(path)
    cpSync(join(workspace, part), join(folder, part), { recursive: true, verbatimSymlinks: true, filter })
  }
  symlinkSync(join(workspace, 'node_modules/.pnpm'), join(folder, 'node_modules/.pnpm'), 'junction')
  return folder
}

/** Whether it is a cache, in which other tests may be writing, or the installed packages, to which the copied links point. */
function isHidden(path: string): boolean {
  return basename(dirname(path)) === 'node_modules' && basename(path).startsWith('.') && basename(path) !== '.bin'
}

/** The environment without the variables of Vitest. */
function environment(): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV$|NODE_OPTIONS$)/.test(name))
  return { ...Object.fromEntries(inherited), CI: 'true', STORYBOOK_DISABLE_TELEMETRY: '1' }
}

function spawnStorybook(folder: string, port: number): ChildProcess {
  const program = join(folder, 'node_modules/storybook/dist/bin/dispatcher.js')
  const options = ['--port', String(port), '--exact-port', '--host', '127.0.0.1', '--no-open', '--ci']
  const started = spawn(process.execPath, [program, 'dev', ...options], {
    cwd: folder,
    env: environment(),
    // In its own process group, so that its child processes end with it.
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  process.once('exit', () => end(started))
  return started
}

/** Polls until Storybook answers or has ended. */
async function answerOf(started: ChildProcess, url: string): Promise<void> {
  while (runs(started)) {
    const answered = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (answered) return
    await setTimeout(100)
  }
}

/** Reads what Storybook prints, or it would block. Rejects with the text when it ends. */
async function endOf(started: ChildProcess, ended: Promise<unknown>): Promise<never> {
  let printed = ''
  for (const stream of [started.stdout, started.stderr]) stream?.on('data', (chunk) => (printed += String(chunk)))
  await ended
  throw new Error(`Storybook ended before it answered:\n${printed}`)
}

/** Kills the process and its children. Nothing of them is needed any more. */
function end(started: ChildProcess): void {
  if (started.pid !== undefined && runs(started)) process.kill(-started.pid, 'SIGKILL')
}

function runs({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null
}
