/** Builds the app once for all tests. */
import type { TestProject } from 'vitest/node'
import { buildApp } from './build-app.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** The folder of the app that is built. */
    builtApp: string
  }
}

/** A folder in which the app is built already, for whoever works on the tests alone. */
const given = process.env['ORDERS_APP']

export default function setup(project: TestProject): () => void {
  if (given !== undefined) {
    project.provide('builtApp', given)
    return () => undefined
  }
  const { folder, remove } = buildApp()
  project.provide('builtApp', folder)
  return remove
}
