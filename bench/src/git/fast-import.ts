// `git fast-import`, fed the very commits of our runs: a process that stays, and acknowledges with a checkpoint.

import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'

import { recordable } from '@xmachines/core/internal'
import type { CounterRun } from './counter.ts'

/** A `git fast-import` that runs. */
export interface FastImport {
  /** Feeds it some commands, and waits until all before them are safe. */
  checkpoint(commands: string): Promise<void>
  /** Ends it, and waits until it has. */
  end(): Promise<void>
}

/** Starts one that syncs what ours syncs: packs, their indexes, and refs. */
export function startFastImport(directory: string): FastImport {
  const child = spawn('git', ['-C', directory, '-c', 'core.fsync=all', 'fast-import', '--quiet'], {
    env: { ...process.env, MALLOC_TOP_PAD_: '4194304' },
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const ended = new Promise<void>((resolve, reject) => {
    child.on('close', (code) => (code === 0 ? resolve() : reject(new Error(`git fast-import ended with ${code}`))))
  })
  const waiting: (() => void)[] = []
  // It prints a line for each `progress`, once all before that is done.
  createInterface(child.stdout).on('line', () => waiting.shift()?.())
  return {
    async checkpoint(commands) {
      const done = new Promise<void>((resolve) => waiting.push(resolve))
      child.stdin.write(`${commands}checkpoint\nprogress done\n`)
      await Promise.race([done, ended])
    },
    async end() {
      child.stdin.end()
      await ended
    },
  }
}

/** The commands that make the ref of a run, with its machine and its genesis. */
export function genesisCommands(run: CounterRun, ref: string): string {
  const objects = recordable(run).genesis()
  const parts: string[] = []
  const trees = new Map<string, string>()
  for (const { type, oid, bytes } of objects) {
    const content = Buffer.from(bytes.subarray(bytes.indexOf(0) + 1))
    if (type === 'blob') continue
    if (type === 'tree') trees.set(oid, filesOf(content, objects))
    else {
      const text = content.toString()
      const tree = /^tree (\w+)/.exec(text)?.[1] ?? ''
      parts.push(commitCommand(text, ref, `deleteall\n${trees.get(tree)}`))
    }
  }
  return parts.join('')
}

/** The commands that add some batches of a run to its ref. */
export function batchCommands(run: CounterRun, ref: string, from: number, to: number): string {
  const source = recordable(run)
  const parts: string[] = []
  for (let sequence = from; sequence <= to; sequence++) {
    const bytes = Buffer.from(source.commitAt(sequence))
    parts.push(commitCommand(bytes.toString('utf8', bytes.indexOf(0) + 1), ref, ''))
  }
  return parts.join('')
}

/** The command for a commit, given as Git's text of it; it goes on from where its ref stands. */
function commitCommand(text: string, ref: string, changes: string): string {
  const end = text.indexOf('\n\n')
  const message = text.slice(end + 2)
  const [author, committer] = ['author', 'committer'].map((name) => new RegExp(`^${name} .*$`, 'm').exec(text)?.[0])
  return `commit ${ref}\n${author}\n${committer}\ndata ${Buffer.byteLength(message)}\n${message}\n${changes}`
}

/** The files of a tree as commands; blobs are given in place, since these are few and small. */
function filesOf(tree: Buffer, objects: readonly { readonly oid: string; readonly bytes: Uint8Array }[]): string {
  let commands = ''
  for (let at = 0; at < tree.length; ) {
    const name = tree.toString('utf8', tree.indexOf(32, at) + 1, tree.indexOf(0, at))
    const oidAt = tree.indexOf(0, at) + 1
    const oid = tree.toString('hex', oidAt, oidAt + 20)
    const bytes = objects.find((object) => object.oid === oid)?.bytes ?? new Uint8Array()
    const content = Buffer.from(bytes.subarray(bytes.indexOf(0) + 1))
    commands += `M 100644 inline ${name}\ndata ${content.length}\n${content.toString()}\n`
    at = oidAt + 20
  }
  return commands
}
