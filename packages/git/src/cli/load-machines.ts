// Machines out of the modules that people name.

import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Machine, RunEvent } from '@xmachines/core'
import { isMachine } from '@xmachines/core/internal'
import { CommandError } from './command-error.ts'
import { isFile, whyNotLoaded } from './why-not-loaded.ts'

/** Any machine. */
export type AnyMachine = Machine<unknown, RunEvent, unknown, unknown>

/** A machine, with the file that exports it and the name that it has there. */
interface Found {
  readonly machine: AnyMachine
  readonly file: string
  readonly name: string
}

/** The file that is being loaded: one that ends the process is told of. */
let loading: string | undefined

/** The file that is being loaded at this moment. */
export function fileBeingLoaded(): string | undefined {
  return loading
}

/** The machines that some files export, by default or by name; undefined where no file was given. */
export async function loadMachines(files: readonly string[] | undefined): Promise<AnyMachine[] | undefined> {
  if (files === undefined) return undefined
  const found = new Map<AnyMachine, Found>()
  for (const file of files) {
    for (const one of await machinesOf(file)) if (!found.has(one.machine)) found.set(one.machine, one)
  }
  checkAlike([...found.values()])
  return [...found.keys()]
}

async function machinesOf(file: string): Promise<Found[]> {
  const exported = await load(file)
  const machines = exported.flatMap(([name, value]) => (isMachine(value) ? [{ machine: value, file, name }] : []))
  if (machines.length > 0) return machines
  if (exported.some(([, value]) => looksLikeMachine(value))) {
    throw new CommandError(
      `the machines of ${file} were made by another copy of @xmachines/core than this program uses; ` +
        'install @xmachines/git beside that copy, and run the xmachines of that project (npx xmachines)',
    )
  }
  throw new CommandError(`${file} exports no machine; export what defineMachine returned, by default or by name`)
}

async function load(file: string): Promise<[name: string, value: unknown][]> {
  const path = resolve(file)
  if (!(await isFile(path))) {
    throw new CommandError(`${file} is no file; --machine takes a module here, such as ./door.mjs`)
  }
  loading = file
  try {
    const exported = Object.entries((await import(pathToFileURL(path).href)) as object)
    // What is exported by default and by name is told by its name.
    return exported.toSorted(([one], [other]) => Number(one === 'default') - Number(other === 'default'))
  } catch (thrown) {
    throw new CommandError(`the machine ${file} cannot be loaded: ${await whyNotLoaded(thrown, file)}`)
  } finally {
    loading = undefined
  }
}

/** Refuses different machines of one name and version: which of them the run is of, nothing tells. */
function checkAlike(found: readonly Found[]): void {
  const alike = new Map<string, Found[]>()
  for (const one of found) {
    const identity = `${one.machine.name}@${one.machine.version}`
    alike.set(identity, [...(alike.get(identity) ?? []), one])
  }
  for (const [identity, several] of alike) {
    if (several.length === 1) continue
    const many = several.length === 2 ? 'two' : String(several.length)
    const where = [...new Set(several.map(({ file }) => file))].map((file) => {
      const names = several.filter((one) => one.file === file).map(({ name }) => name)
      return `${file} (${names.join(', ')})`
    })
    throw new CommandError(`${many} machines ${identity} are given, ${where.join(', ')}: give the module of one`, 2)
  }
}

function looksLikeMachine(value: unknown): boolean {
  const { name, version, transition } = (value ?? {}) as Record<string, unknown>
  return typeof name === 'string' && typeof version === 'string' && typeof transition === 'function'
}
