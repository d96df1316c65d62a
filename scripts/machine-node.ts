/** Finds the Node that the machine has of its own, beside the one that the workspace installs for its scripts. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { delimiter, join, sep } from 'node:path'

/**
 * Finds the first `node` on the PATH that no package brought along.
 *
 * @returns its path and its version, such as `20.20.2`
 * @throws {Error} when there is none
 */
export function machineNode(): { path: string; version: string } {
  const folders = (process.env['PATH'] ?? '').split(delimiter)
  const own = folders.filter((folder) => folder !== '' && !folder.split(sep).includes('node_modules'))
  const program = process.platform === 'win32' ? 'node.exe' : 'node'
  for (const path of own.map((folder) => join(folder, program)).filter((file) => existsSync(file))) {
    const { status, stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' })
    if (status === 0) return { path, version: stdout.trim().slice(1) }
  }
  throw new Error('There is no Node on the PATH besides the one of the workspace. Install Node 20 or later.')
}
