// Machines out of the modules that people name.

import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Machine, RunEvent } from '@xmachines/core'
import { isMachine } from '@xmachines/core/recording'
import { CommandError } from './command-error.ts'

/** Any machine. */
export type AnyMachine = Machine<unknown, RunEvent, unknown, unknown>

/** The machines that some files export, by default or by name; undefined where no file was given. */
export async function loadMachines(files: readonly string[] | undefined): Promise<AnyMachine[] | undefined> {
  if (files === undefined) return undefined
  const machines: AnyMachine[] = []
  for (const file of files) machines.push(...(await machinesOf(file)))
  return machines
}

async function machinesOf(file: string): Promise<AnyMachine[]> {
  const exported = await load(file)
  const machines = [...new Set(exported.filter(isMachine))]
  if (machines.length > 0) return machines
  if (exported.some(looksLikeMachine)) {
    throw new CommandError(
      `the machines of ${file} were made by another copy of @xmachines/core than this program uses; ` +
        'install @xmachines/git beside that copy, and run the xmachines of that project (npx xmachines)',
    )
  }
  throw new CommandError(`${file} exports no machine; export what defineMachine returned, by default or by name`)
}

async function load(file: string): Promise<unknown[]> {
  const path = resolve(file)
  try {
    await access(path)
    return Object.values((await import(pathToFileURL(path).href)) as object)
  } catch (thrown) {
    const why = thrown instanceof Error ? thrown.message : String(thrown)
    throw new CommandError(`the machine ${file} cannot be loaded: ${why}`)
  }
}

function looksLikeMachine(value: unknown): boolean {
  const { name, version, transition } = (value ?? {}) as Record<string, unknown>
  return typeof name === 'string' && typeof version === 'string' && typeof transition === 'function'
}
