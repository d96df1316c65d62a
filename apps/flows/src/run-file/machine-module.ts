// Loads the machines that a module exports. The module comes from a file, so it cannot import this page's core by name: its
// import is pointed at a module that hands on what the page has.

import * as core from '@xmachines/core'
import { isMachine } from '@xmachines/core/internal'

import type { AnyMachine } from './flow-machines.ts'

/** Under this key the page keeps its core for modules. */
const KEY = '@xmachines/flows/core'

/**
 * Runs a module, and gives the machines that it exports.
 *
 * @throws {TypeError} if it exports no machine, and what the module throws
 */
export async function machinesOf(file: File): Promise<readonly AnyMachine[]> {
  Object.defineProperty(globalThis, Symbol.for(KEY), { value: core, configurable: true })
  const shim = urlOf(
    `const core = globalThis[Symbol.for('${KEY}')]\nexport const { ${Object.keys(core).join(', ')} } = core\n`,
  )
  const text = (await file.text()).replace(/(\bfrom\s*)(['"])@xmachines\/core\2/g, `$1'${shim}'`)
  const url = urlOf(text)
  try {
    const exported = (await import(/* @vite-ignore */ url)) as Readonly<Record<string, unknown>>
    const machines = Object.values(exported).filter(isMachine)
    if (machines.length === 0)
      throw new TypeError(`${file.name} exports no machine: export what defineMachine returned`)
    return machines
  } finally {
    for (const one of [url, shim]) URL.revokeObjectURL(one)
  }
}

function urlOf(text: string): string {
  return URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))
}
