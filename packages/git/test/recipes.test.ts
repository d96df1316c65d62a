/** The recipes of docs/git.md are run as they stand there, and print what stands under them. */
import { afterAll, expect, test } from 'vitest'
import { kitchen, readRecipes } from './recipes.ts'
import { makeFolder } from './repositories.ts'

const folder = makeFolder()
afterAll(() => folder.remove())
const cook = kitchen(folder.path)
const recipes = readRecipes()

test('the page has a recipe for each of these', () => {
  expect([...new Set(recipes.map(({ title }) => title))]).toEqual([
    'Runs in Git',
    'The layout',
    'Audit',
    'Find the event after which something was wrong',
    'See what changed between two snapshots',
    'Back up',
    'Hand a run over to another machine',
    'When two went on with one run',
    'Clean up',
  ])
})

test.each(recipes.map((recipe, at) => ({ at, ...recipe })))('$title ($at)', async (recipe) => {
  expect(await cook(recipe)).toBe(recipe.prints)
})
