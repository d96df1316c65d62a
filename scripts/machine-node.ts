/** Finds the Node that is installed on the machine, not the one that the workspace installs for its scripts. */
import { sep } from 'node:path'

import { onPath, versionOf } from './programs.ts'

/**
 * Finds the first `node` on the PATH that is not in a `node_modules` folder.
 *
 * @returns its path and its version, such as `20.20.2`
 * @throws {Error} if there is none
 */
export function machineNode(): { path: string; version: string } {
  const programs = onPath(process.platform === 'win32' ? 'node.exe' : 'node')
  for (const path of programs.filter((file) => !file.split(sep).includes('node_modules'))) {
    const version = versionOf(path)
    if (version !== undefined) return { path, version: version.slice(1) }
  }
  throw new Error('The PATH has no Node besides the one of the workspace. Install Node 20 or later.')
}
