// Git: a repository on disk, beside a `git fast-import` that stays, makes a commit of each record, and syncs as much.

import { spawn } from 'node:child_process'

import { openRepository } from '@xmachines/git'
import { type FastImport, startFastImport } from '../git/fast-import.ts'
import { git, newRepository } from '../git/repositories.ts'
import { addRuns } from './many-runs.ts'
import type { Stage } from './stage.ts'

/** A new repository for ours, and one for the bare side. */
export async function openGit(): Promise<Stage> {
  const repository = await newRepository()
  const { store, directory } = repository
  const { store: other } = await openRepository(directory)
  const { directory: bare } = await newRepository()
  /** How many runs have outputs that have not settled. */
  let listed = 0
  let importer: FastImport | undefined
  const checkpoint = (commands: string): Promise<void> => (importer ??= startFastImport(bare)).checkpoint(commands)
  return {
    store,
    other,
    bare: {
      names: { insert: 'fast-import', select: 'rev-list | cat-file', list: 'for-each-ref' },
      append: (list, sequence, record) => checkpoint(commitOf(list, sequence, record)),
      appendAll: (list, records) => checkpoint(records.map((record, at) => commitOf(list, at, record)).join('')),
      async readAll(list) {
        // Those of a checkpoint are in packs that only a new process sees.
        const script = `git rev-list --reverse refs/heads/${list} | git cat-file --batch --buffer`
        const reading = spawn('sh', ['-c', script], { cwd: bare, stdio: ['ignore', 'pipe', 'inherit'] })
        let text = ''
        for await (const chunk of reading.stdout.setEncoding('utf8') as AsyncIterable<string>) text += chunk
        return text.split('\ncommitter ').length - 1
      },
      // No name of a ref says what has settled, so the bare side lists all runs.
      async listUnsettled() {
        const { length } = git(directory, 'for-each-ref', '--format=%(objectname) %(refname)', 'refs/runs').split('\n')
        return Math.min(length, listed)
      },
    },
    addRuns(count, unsettled) {
      listed = unsettled
      return addRuns((run) => repository.record(run, { durability: 'process' }).stop(), count, unsettled)
    },
    end: async () => await importer?.end(),
  }
}

/** The command that makes a record the next commit of a branch. */
function commitOf(list: string, sequence: number, record: string): string {
  const who = `XMachines <noreply@xmachines.invalid> ${sequence} +0000`
  return `commit refs/heads/${list}\nauthor ${who}\ncommitter ${who}\ndata ${Buffer.byteLength(record)}\n${record}\n`
}
