// A run file that is replayed on a machine, step by step.

import type { GenesisRecord, History } from '@xmachines/core'
import { openOutsideHistory, type ReplayedStep, replaySteps } from '../core-internals.ts'
import type { AnyMachine } from '../machines.ts'
import { objectFormat } from '../objects/object-id.ts'
import type { Output } from './output.ts'
import { readRunFile } from './read-run-file.ts'
import { shortOid } from './run-ids.ts'

/** A run file. */
export interface RunFile {
  readonly history: History
  readonly genesis: GenesisRecord
}

/**
 * Opens a run file. Nothing but its first record is checked.
 * @param file its name; `-` for the standard input
 */
export async function openRunFile(file: string | undefined): Promise<RunFile> {
  const history = await readRunFile(file)
  return { history, genesis: openOutsideHistory(history).genesis }
}

/**
 * The steps of a run file.
 * @param isChanged whether the machine may be another version than that of the file; then oids are not compared
 * @throws {RunError} after the steps before the record at which the history broke
 */
export function stepsOf(
  { history, genesis: { format } }: RunFile,
  machines: readonly AnyMachine[],
  isChanged = false,
): Generator<ReplayedStep, void, undefined> {
  return replaySteps(machines, history, {
    verify: !isChanged,
    format: objectFormat(format),
    checkDeterminism: false,
  })
}

/** Prints the line of a step: its sequence, its oid and its events. */
export async function printStep(
  output: Output,
  { genesis }: RunFile,
  { sequence, oid, events }: ReplayedStep,
): Promise<void> {
  const { name, version } = genesis.machine
  const shown =
    sequence === 0
      ? (['cyan', `run ${name}@${version}`] as const)
      : events.map((event) => JSON.stringify(event)).join(' ')
  await output.row(String(sequence), '  ', ['yellow', shortOid(oid)], '  ', shown)
}

/** Prints the outputs of a step. */
export async function printOutputs(output: Output, { outputs }: ReplayedStep): Promise<void> {
  for (const one of outputs) await output.row('   ', ['dim', 'output'], '  ', JSON.stringify(one))
}

/** What was refused after a step; undefined if the file has no refusals of its run. Nothing has checked them. */
export function refusalsAfter({ history }: RunFile, { sequence }: ReplayedStep): readonly KnownRefusal[] | undefined {
  const { refusals } = history as { readonly refusals?: unknown }
  if (!Array.isArray(refusals)) return undefined
  return (refusals as readonly KnownRefusal[]).filter((one) => (one as KnownRefusal | null)?.sequence === sequence)
}

/** Prints what was refused after a step. */
export async function printRefusals(output: Output, file: RunFile, step: ReplayedStep): Promise<void> {
  for (const { code, reason = code, batch } of refusalsAfter(file, step) ?? []) {
    const events = Array.isArray(batch) ? batch.map((event) => JSON.stringify(event)).join(' ') : ''
    await output.row('   ', ['red', 'refused'], '  ', events, '  ', String(reason))
  }
}

/** A refusal in a file: of any value. */
export interface KnownRefusal {
  readonly sequence?: unknown
  readonly code?: unknown
  readonly reason?: unknown
  readonly batch?: unknown
}
