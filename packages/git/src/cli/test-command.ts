// `xmachines test FILE`: writes a run file as a test for Vitest.

import { dirname, relative, resolve, sep } from 'node:path'
import { testOf } from '@xmachines/core/testing'
import { Command } from 'commander'
import { pickMachine } from '../core-internals.ts'
import { objectFormat } from '../objects/object-id.ts'
import { machineOption, optionsOf, type Shell } from './options.ts'
import { pageText } from './page-text.ts'
import { openRunFile } from './replayed-file.ts'
import { visibleJson } from './visible.ts'
import { forceOption, refuseExisting, writeFile } from './write-file.ts'

interface TestOptions {
  readonly machine?: readonly string[]
  readonly output: string
  readonly title?: string
  readonly force?: true
}

const EXAMPLES = `
With --machine the test imports that module, and expects the state that the machine leads to. Without it, the test imports
./NAME.ts and expects the state that the file was saved with.

With --json, it prints one line: { text }.

Example:
  $ xmachines test door.run.json --machine ./door.mjs --output door.test.mjs`

/** The command. */
export function testCommand({ output, machines: loader }: Shell): Command {
  return new Command('test')
    .summary('write a run file as a test')
    .description('Writes a test for Vitest that sends the events of a run file to its machine.')
    .argument('<file>', 'the run file; - is the standard input')
    .addOption(machineOption('an ES module that exports the machine'))
    .option('-o, --output <file>', 'the file to write; - is the standard output', '-')
    .option('--title <text>', 'the title of the test')
    .addOption(forceOption())
    .addHelpText('after', pageText(EXAMPLES, output.page))
    .action(async (given: string, _options: object, command: Command) => {
      const options = optionsOf<TestOptions>(command)
      const to = options.output
      await refuseExisting(to, options)
      const found = await loader.find(options.machine ?? [])
      const { history, genesis } = await openRunFile(given)
      const machines = found.map(({ machine }) => machine)
      const one = options.machine === undefined ? undefined : pickMachine(machines, genesis.machine)
      const exported = found.find(({ machine }) => machine === one)
      const text = testOf(history, {
        format: objectFormat(genesis.format),
        ...(options.title !== undefined && { title: options.title }),
        ...(exported !== undefined && {
          machine: exported.machine,
          from: specifierOf(exported.file, to === '-' ? '.' : dirname(to)),
          as: exported.name,
        }),
      })
      if (to !== '-') await writeFile(to, [text], options)
      if (options.json) await output.text(`${visibleJson({ text })}\n`)
      else if (to === '-') await output.text(text)
      else await output.line(['green', 'written'], ` ${to}`)
    })
}

/** What a module in a folder imports a file by. */
function specifierOf(file: string, folder: string): string {
  const path = relative(resolve(folder), resolve(file)).split(sep).join('/')
  return path.startsWith('.') ? path : `./${path}`
}
