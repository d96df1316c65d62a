// Loads machines from the modules that people name.

import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isMachine } from '../core-internals.ts'
import type { AnyMachine } from '../machines.ts'
import { CommandError } from './command-error.ts'
import { isFile, whyNotLoaded } from './why-not-loaded.ts'

/** Loads machines. */
export interface MachineLoader {
  /** The file that is being loaded; if the process ends meanwhile, this is why. */
  readonly loading: string | undefined
  /** The machines that some files export, by default or by name; undefined if no file was given. */
  load(files: readonly string[] | undefined): Promise<AnyMachine[] | undefined>
  /** The same machines, and where each was found. */
  find(files: readonly string[]): Promise<FoundMachine[]>
}

/** A machine, the file that exports it, and its name there. */
interface FoundMachine {
  readonly machine: AnyMachine
  readonly file: string
  readonly name: string
}

export function machineLoader(): MachineLoader {
  let loading: string | undefined

  async function machinesOf(file: string): Promise<FoundMachine[]> {
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
      throw new CommandError(`${file} is not a file; give --machine a module, such as ./door.mjs`)
    }
    loading = file
    try {
      const exported = Object.entries((await import(pathToFileURL(path).href)) as object)
      // A machine that is exported by default and by name is reported by its name.
      return exported.toSorted(([one], [other]) => Number(one === 'default') - Number(other === 'default'))
    } catch (thrown) {
      throw new CommandError(`the machine ${file} cannot be loaded: ${await whyNotLoaded(thrown, file)}`)
    } finally {
      loading = undefined
    }
  }

  async function find(files: readonly string[]): Promise<FoundMachine[]> {
    const found = new Map<AnyMachine, FoundMachine>()
    for (const file of files) {
      for (const one of await machinesOf(file)) if (!found.has(one.machine)) found.set(one.machine, one)
    }
    refuseAmbiguous([...found.values()])
    return [...found.values()]
  }

  return {
    get loading() {
      return loading
    },
    find,
    load: async (files) => (files === undefined ? undefined : (await find(files)).map(({ machine }) => machine)),
  }
}

/** Refuses different machines of one name and version: nothing tells which of them the run belongs to. */
function refuseAmbiguous(found: readonly FoundMachine[]): void {
  const byIdentity = new Map<string, FoundMachine[]>()
  for (const one of found) {
    const identity = `${one.machine.name}@${one.machine.version}`
    byIdentity.set(identity, [...(byIdentity.get(identity) ?? []), one])
  }
  for (const [identity, several] of byIdentity) {
    if (several.length === 1) continue
    const many = several.length === 2 ? 'two' : String(several.length)
    const where = [...new Set(several.map(({ file }) => file))].map((file) => {
      const names = several.filter((one) => one.file === file).map(({ name }) => name)
      return `${file} (${names.join(', ')})`
    })
    throw new CommandError(
      `${many} different machines are ${identity}: ${where.join(', ')}; give only the module of the right one`,
      2,
    )
  }
}

function looksLikeMachine(value: unknown): boolean {
  const { name, version, transition } = (value ?? {}) as Record<string, unknown>
  return typeof name === 'string' && typeof version === 'string' && typeof transition === 'function'
}
