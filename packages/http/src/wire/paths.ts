// Where things are, below the base of a server.

/** The path of a machine: its description, and where runs of it are created. */
export function machinePath({ name, version }: { readonly name: string; readonly version: string }): string {
  return `/m/${name}@${version}`
}

/** The path of a run. */
export function runPath(id: string): string {
  return `/r/${id}`
}

/** The path of the history of a run. */
export function historyPath(id: string): string {
  return `/r/${id}/history`
}
