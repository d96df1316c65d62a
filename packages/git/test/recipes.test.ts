/** Runs the recipes of docs/git.md, and the program as the README shows it. */
import { join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { kitchen, readRecipes } from './recipes.ts'
import { makeFolder } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
const cook = kitchen(join(folder.path, 'page'))
const recipes = readRecipes(join(import.meta.dirname, '../../../docs/git.md'))
const program = readRecipes(join(import.meta.dirname, '../README.md')).filter(({ title }) => title === 'The program')

test('the page has a recipe for each of these', () => {
  expect([...new Set(recipes.map(({ title }) => title))]).toEqual([
    'Runs in Git',
    'The layout',
    'Who was first',
    'Audit',
    'Find the event after which something was wrong',
    'See what changed between two snapshots',
    'Back up',
    'Run files as bug reports',
    'Hand a run over to another machine',
    'Resolve two continuations of one run',
    'Clean up',
  ])
})

test.each(recipes.map((recipe, at) => ({ at, ...recipe })))('$title ($at)', async (recipe) => {
  expect(await cook(recipe)).toBe(recipe.prints)
})

describe('the program in the README', () => {
  const shown = kitchen(join(folder.path, 'program'))

  test('is shown with each command once', () => {
    const commands = program.map(
      ({ commands }) => / (runs|log|show|verify|import|export|replay|test)\s/.exec(commands)?.[1],
    )
    expect(commands).toEqual(['import', 'runs', 'log', 'show', 'verify', 'export', 'replay', 'test'])
  })

  test.each(program.map((recipe, at) => ({ at, ...recipe })))('$title ($at)', async (recipe) => {
    expect(await shown(recipe)).toBe(recipe.prints)
  })
})
