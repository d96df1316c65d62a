/** Moves of refs that follow each other: one that was refused takes those after it with it, also if an equal commit is there. */
import { afterAll, expect, test } from 'vitest'
import { gitProgram } from '../src/process/git-program.ts'
import { type RefMover, refMover } from '../src/refs/ref-moves.ts'
import { askGit, git, makeFolder, makeRepository } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())

/** A mover in a new repository, and three commits to move refs to. */
async function makeMover(): Promise<{ mover: RefMover; directory: string; commits: [string, string, string] }> {
  const { directory } = await makeRepository(folder)
  const tree = git(directory, 'hash-object', '-t', 'tree', '-w', '/dev/null')
  const who = ['-c', 'user.name=A', '-c', 'user.email=a@b']
  const commit = (message: string): string => git(directory, ...who, 'commit-tree', tree, '-m', message)
  const mover = refMover({
    git: gitProgram(directory),
    gitDirectory: directory,
    format: 'sha1',
    readOid: async (ref) => askGit(directory, 'rev-parse', '--quiet', '--verify', ref).stdout.trim() || undefined,
  })
  return { mover, directory, commits: [commit('one'), commit('two'), commit('three')] }
}

const ref = 'refs/runs/tally/1'
const receipts = 'refs/receipts/tally/1'

test('an append after a refused one is refused, though the ref points to where the refused one would have moved it', async () => {
  const { mover, directory, commits } = await makeMover()
  const [one, two, three] = commits
  git(directory, 'update-ref', ref, two)
  git(directory, 'update-ref', receipts, one)
  const failures = await mover.move([
    { ref, from: one, to: two, receipt: { ref: receipts, from: undefined, to: two } },
    { ref, from: two, to: three, receipt: { ref: receipts, from: two, to: three } },
  ])
  expect(failures).toMatchObject([
    { found: two, unanswered: false },
    { found: two, unanswered: false },
  ])
  expect([git(directory, 'rev-parse', ref), git(directory, 'rev-parse', receipts)]).toEqual([two, one])
  mover.close()
})

test('two appends are made in order, each with its receipt', async () => {
  const { mover, directory, commits } = await makeMover()
  const [one, two, three] = commits
  const failures = await mover.move([
    { ref, from: undefined, to: one, receipt: { ref: receipts, from: undefined, to: two } },
    { ref, from: one, to: two, receipt: { ref: receipts, from: two, to: three } },
  ])
  expect(failures).toEqual([undefined, undefined])
  expect([git(directory, 'rev-parse', ref), git(directory, 'rev-parse', receipts)]).toEqual([two, three])
  mover.close()
})

test('a ref whose place is all that matters may have been moved by anybody', async () => {
  const { mover, directory, commits } = await makeMover()
  const [one, two] = commits
  git(directory, 'update-ref', 'refs/heads/machines/tally/1', one)
  const branch = 'refs/heads/machines/tally/1'
  expect(await mover.move([{ ref: branch, from: undefined, to: one }])).toEqual([undefined])
  expect(await mover.move([{ ref: branch, from: undefined, to: two }])).toMatchObject([{ found: one }])
  mover.close()
})
