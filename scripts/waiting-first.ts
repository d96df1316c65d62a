/**
 * Puts the test files of a run in an order that keeps all processors busy. Tests in browsers run beside them from the
 * start, and mostly calculate. So those that wait for other processes come first. Short ones that only calculate come
 * last: no long one is left alone at the end.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** The projects whose tests start other processes, in the order in which they run. All others follow. */
const waiting = ['git', 'git later', 'git latest', 'packaging', 'end-to-end', 'orders', 'postgres', 'http']

/** The order of files for Vitest. Within a project it is Vitest's own: the longest first. */
export class WaitingFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    return sorted.sort((one, other) => rank(one) - rank(other))
  }
}

function rank({ project }: TestSpecification): number {
  const at = waiting.indexOf(project.name)
  return at === -1 ? waiting.length : at
}
