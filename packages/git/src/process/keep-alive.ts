// Whether a child process keeps this one from exiting. One that waits for a question must not; one that works must.

import type { GitProcess } from './git-program.ts'

/** Lets this process exit while the child runs; the child ends when its input does. */
export function allowExit(child: GitProcess): void {
  for (const part of pipesOf(child)) part?.unref?.()
}

/** Keeps this process from exiting while the child runs. */
export function keepAlive(child: GitProcess): void {
  for (const part of pipesOf(child)) part?.ref?.()
}

/** The pipes of a child are sockets, which Node's types do not say; null if another process holds the other end. */
type Pipe = { readonly destroyed?: boolean; ref?(): void; unref?(): void } | null

function pipesOf(child: GitProcess): readonly Pipe[] {
  // A destroyed socket defers these calls until it connects, which it never does.
  return [child, child.stdin, child.stdout, child.stderr].filter((part: Pipe) => part?.destroyed !== true)
}
