// The names of refs: which run, machine or snapshot is found where. Names and versions of machines are parts of refs by
// the rules of `defineMachine`; what comes from a repository is held against these rules again.

/** A machine, by what identifies it. */
export interface MachineName {
  readonly name: string
  readonly version: string
}

/** Where all runs are. */
export const RUNS = 'refs/runs/'
/** Where all snapshots are. */
export const SNAPSHOTS = 'refs/snapshots/'
/** Where all machines are. */
export const MACHINES = 'refs/heads/machines/'

/** The branch of a machine. */
export function machineRef({ name, version }: MachineName): string {
  return `${MACHINES}${name}/${version}`
}

/** The ref of a run: it stands at the latest commit that is recorded. */
export function runRef(name: string, id: string): string {
  return `${RUNS}${name}/${id}`
}

/** Where the snapshots of a run are. */
export function snapshotRefs(name: string, id: string): string {
  return `${SNAPSHOTS}${name}/${id}/`
}

/** The ref of a snapshot, which is created once and never moved. */
export function snapshotRef(name: string, id: string, sequence: number): string {
  return `${snapshotRefs(name, id)}${sequence}`
}

/** Where the runs of a remote are, as they were found there. */
export function fetchedRuns(remote: string): string {
  return `refs/fetched/${remote}/runs/`
}

/** Where the snapshots of a remote are. */
export function fetchedSnapshots(remote: string): string {
  return `refs/fetched/${remote}/snapshots/`
}

/** Whether a name and a version are those that a machine can have. */
export function isMachineName(name: string, version: string): boolean {
  return (
    name.length <= 100 &&
    version.length <= 100 &&
    /^[a-z][a-z0-9-]*$/.test(name) &&
    /^[0-9A-Za-z]+([.-][0-9A-Za-z]+)*$/.test(version) &&
    !version.endsWith('.lock')
  )
}
