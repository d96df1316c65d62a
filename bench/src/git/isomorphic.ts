// isomorphic-git, given the very commits of our runs: each a loose object, and a ref moved after each group.

import fs from 'node:fs'

import { recordable } from '@xmachines/core/internal'
import { writeBlob, writeCommit, writeRef, writeTree } from 'isomorphic-git'
import type { CounterRun } from './counter.ts'
import { newDirectory, removeRepository, timed } from './repositories.ts'

const FILES = ['initial.json', 'machine.json']

/** What writing some batches takes in groups, in milliseconds. */
export async function writeLoose(run: CounterRun, batches: number, group: number): Promise<number> {
  const source = recordable(run)
  const gitdir = newDirectory()
  const repository = { fs, dir: gitdir, gitdir }
  const [commits, contents] = [[] as string[], [] as string[]]
  for (const { type, bytes } of source.genesis()) {
    const content = Buffer.from(bytes.subarray(bytes.indexOf(0) + 1)).toString()
    if (type === 'commit') commits.push(content)
    else if (type === 'blob') contents.push(content)
  }
  const blobs: string[] = []
  for (const content of contents) blobs.push(await writeBlob({ ...repository, blob: Buffer.from(content) }))
  let tree = await writeTree({
    ...repository,
    tree: blobs.map((oid, at) => ({ oid, path: FILES[at] ?? '', mode: '100644', type: 'blob' as const })),
  })
  let parent: string | undefined
  const commit = async (text: string): Promise<void> => {
    const [, name = '', email = '', authored, committed] =
      /author (.*) <(.*)> (\d+) \+0000\ncommitter .* (\d+) \+0000\n/.exec(text) ?? []
    const who = (timestamp: string | undefined) => ({ name, email, timestamp: Number(timestamp), timezoneOffset: 0 })
    tree = /^tree (\w+)/.exec(text)?.[1] ?? tree
    parent = await writeCommit({
      ...repository,
      commit: {
        tree,
        parent: parent === undefined ? [] : [parent],
        author: who(authored),
        committer: who(committed),
        message: text.slice(text.indexOf('\n\n') + 2),
      },
    })
  }
  for (const text of commits) await commit(text)
  const texts = Array.from({ length: batches }, (_, at) => {
    const bytes = Buffer.from(source.commitAt(at + 1))
    return bytes.toString('utf8', bytes.indexOf(0) + 1)
  })
  const took = await timed(async () => {
    for (const [at, text] of texts.entries()) {
      await commit(text)
      if ((at + 1) % group === 0)
        await writeRef({ ...repository, ref: 'refs/runs/x', value: parent ?? '', force: true })
    }
  })
  removeRepository(gitdir)
  if (parent !== run.head) throw new Error(`isomorphic-git ends at ${parent}, and the run at ${run.head}`)
  return took
}
