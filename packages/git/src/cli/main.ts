#!/usr/bin/env node
// Starts the program: its arguments, its streams, and how it ends.

import { Console } from 'node:console'
import { complaintOf } from './command-error.ts'
import { machineLoader } from './load-machines.ts'
import { createOutput } from './output.ts'
import { runProgram } from './program.ts'

// What a machine's module prints must not mix with the output of the command.
globalThis.console = new Console(process.stderr)
const output = createOutput(process.stdout, process.stderr, process.env)
const machines = machineLoader()

/** Whether the event loop has nothing left to do. */
let idle = false
process.once('beforeExit', () => {
  idle = true
})
// A machine's module can end the process, or wait for ever: that must not look like a finished command.
const endedEarly = (): void => {
  const file = machines.loading ?? ''
  const inLoading = idle
    ? `${file} never finishes loading: it waits for something that does not happen`
    : `${file} ended the program while it was being loaded`
  output.complain(complaintOf(new Error(file === '' ? 'the program ended before the command was finished' : inLoading)))
  process.exitCode = 1
}
process.once('exit', endedEarly)
const shell = { output, machines, ...(process.stdout.isTTY && { keyboard: process.stdin }) }
// Not awaited: Node would complain about this file if a module waits for ever.
void runProgram(process.argv.slice(2), shell).then((status) => {
  process.off('exit', endedEarly)
  // A machine's module may hold timers or sockets; they end with the command. All output has been written.
  process.exit(status)
})
