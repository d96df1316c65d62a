#!/usr/bin/env node
// The program as it is started: its arguments and streams, and nothing else.

import { Console } from 'node:console'
import { createOutput } from './output.ts'
import { runProgram } from './program.ts'

// What a machine's module prints is not what was asked for.
globalThis.console = new Console(process.stderr)
const output = createOutput(process.stdout, process.stderr)
const status = await runProgram(process.argv.slice(2), output)
// A machine's module may hold timers or sockets, which end with the command. All that was printed has been written.
process.exit(status)
