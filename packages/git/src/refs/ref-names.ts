// The names of refs: where a run, a machine or a snapshot is found. Names and versions of machines become parts of refs
// by the rules of `defineMachine`.

import type { MachineName } from '../machines.ts'

/** Where all runs are. */
export const RUNS = 'refs/runs/'
/** Where all snapshots are. */
export const SNAPSHOTS = 'refs/snapshots/'
/** Where all receipts are. */
const RECEIPTS = 'refs/receipts/'
/** Where all machines are. */
export const MACHINES = 'refs/heads/machines/'

/** The branch of a machine. */
export function machineRef({ name, version }: MachineName): string {
  return `${MACHINES}${name}/${version}`
}

/** The ref of a run: it points to the latest recorded commit. */
export function runRef(name: string, id: string): string {
  return `${RUNS}${name}/${id}`
}

/** The ref of a run's receipts: it points to the latest one. */
export function receiptRef(name: string, id: string): string {
  return `${RECEIPTS}${name}/${id}`
}

/** Where the snapshots of a run are. */
export function snapshotRefs(name: string, id: string): string {
  return `${SNAPSHOTS}${name}/${id}/`
}

/** The ref of a snapshot, which is created once and never moved. */
export function snapshotRef(name: string, id: string, sequence: number): string {
  return `${snapshotRefs(name, id)}${sequence}`
}

/** The sequence that the last part of a snapshot's ref says; undefined if the ref is somebody else's. */
export function sequenceIn(name: string): number | undefined {
  return /^(0|[1-9]\d{0,14})$/.test(name) ? Number(name) : undefined
}

/** Where everything is that was fetched from a remote. */
export function fetchedRefs(remote: string): string {
  return `refs/fetched/${remote}/`
}

/** Where the runs of a remote are, as the last fetch found them. */
export function fetchedRuns(remote: string): string {
  return `${fetchedRefs(remote)}runs/`
}

/** Where the snapshots of a remote are. */
export function fetchedSnapshots(remote: string): string {
  return `${fetchedRefs(remote)}snapshots/`
}
