#!/usr/bin/env node
// The program as it is started: its arguments and streams, and how it ends.

import { Console } from 'node:console'
import { complaintOf } from './command-error.ts'
import { fileBeingLoaded } from './load-machines.ts'
import { createOutput } from './output.ts'
import { runProgram } from './program.ts'

// What a machine's module prints is not what was asked for.
globalThis.console = new Console(process.stderr)
const output = createOutput(process.stdout, process.stderr, process.env)

/** Whether nothing is left that could go on. */
let idle = false
process.once('beforeExit', () => {
  idle = true
})
// A machine's module can end the process, or wait for what never comes: that must not pass for a command that is done.
const endedEarly = (): void => {
  const file = fileBeingLoaded() ?? ''
  const inLoading = idle
    ? `${file} is never loaded: it waits for what does not come`
    : `${file} ended the program while it was loaded`
  output.complain(complaintOf(new Error(file === '' ? 'the program was ended before it was through' : inLoading)))
  process.exitCode = 1
}
process.once('exit', endedEarly)
// Not awaited: Node would complain of this file where a module waits for ever.
void runProgram(process.argv.slice(2), output).then((status) => {
  process.off('exit', endedEarly)
  // A machine's module may hold timers or sockets, which end with the command. All that was printed has been written.
  process.exit(status)
})
