/** Finds programs on the PATH, and unpacks those that are not installed. */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'

/**
 * Lists the files on the PATH that have one of some names.
 *
 * @param names names of a program
 * @returns their paths, in the order of the PATH
 */
export function onPath(...names: string[]): string[] {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '')
  return folders.flatMap((folder) => names.map((name) => join(folder, name))).filter((path) => existsSync(path))
}

/**
 * Asks a program for its version.
 *
 * @param path the program
 * @param env its environment: that of this process unless given
 * @returns what it printed, or `undefined` if it does not run
 */
export function versionOf(path: string, env: NodeJS.ProcessEnv = process.env): string | undefined {
  const { status, stdout } = spawnSync(path, ['--version'], { env, encoding: 'utf8', timeout: 120_000 })
  return status === 0 ? stdout.trim() : undefined
}

/**
 * Fills a folder unless it exists. It is filled under another name and then renamed, so no process sees half of it.
 *
 * @param folder the folder that shall exist
 * @param fill fills the folder that it is given
 * @throws what `fill` throws, unless another process has made the folder meanwhile
 */
export function makeOnce(folder: string, fill: (partial: string) => void): void {
  if (existsSync(folder)) return
  mkdirSync(dirname(folder), { recursive: true })
  const partial = mkdtempSync(`${folder}-partial-`)
  try {
    fill(partial)
    renameSync(partial, folder)
  } catch (error) {
    rmSync(partial, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  }
}
