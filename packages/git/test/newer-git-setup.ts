// Gets the newer Git of a project before the tests of its project begin. If it cannot be had, each file fails and says
// why, and the tests of other projects run.

import type { TestProject } from 'vitest/node'
import { getNewerGit, newerGitOf } from '../../../scripts/newer-git.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** Why there is no such Git; empty if there is. */
    gitMissing: string
  }
}

export default function setup(project: TestProject): void {
  let missing = ''
  try {
    console.log(`${project.name}: ${getNewerGit(newerGitOf(project.name))}`)
  } catch (thrown) {
    missing = (thrown as Error).message
  }
  project.provide('gitMissing', missing)
}
