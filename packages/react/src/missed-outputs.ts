// Warns of outputs that were emitted while no component had a handler for them, when the first component that has one
// mounts: it begins at its first commit. Only in development: production builds leave this file out.

interface HandledType {
  /** How many components handle it. */
  mounted: number
  /** The position from which on nobody handled it. */
  since: number
  warned: boolean
}

interface WatchedRun<Output = unknown> {
  readonly id: string
  readonly position: number
  readonly start?: number
  ports(options: { readonly from: number }): { readonly out: ReadableStream<Output> }
}

const handled = new WeakMap<object, Map<string, HandledType>>()

/**
 * Remembers that a component handles these types.
 * @param signal aborts when the component handles nothing more
 * @returns a function that warns of the outputs that came before the component, from a position on
 */
export function watchMissed(run: WatchedRun, types: readonly string[], signal: AbortSignal): (start: number) => void {
  const all = handled.get(run) ?? new Map<string, HandledType>()
  handled.set(run, all)
  /** From which position on nobody handled the types that no other component handles. */
  const gaps = new Map<string, number>()
  for (const type of types) {
    const one = all.get(type) ?? { mounted: 0, since: run.start ?? run.position, warned: false }
    all.set(type, one)
    if (one.mounted++ === 0 && !one.warned) gaps.set(type, one.since)
    signal.addEventListener('abort', () => {
      if (--one.mounted === 0) one.since = run.position
    })
  }
  return (start) => {
    const from = Math.max(start, Math.min(...gaps.values()))
    if (from < run.position) void warnOfMissed(run, from, gaps, all)
  }
}

async function warnOfMissed(
  run: WatchedRun,
  from: number,
  gaps: ReadonlyMap<string, number>,
  all: ReadonlyMap<string, HandledType>,
): Promise<void> {
  const until = run.position
  const reader = run.ports({ from }).out.getReader()
  for (let position = from; position < until; position++) {
    const { value, done } = await reader.read().catch(() => ({ done: true, value: undefined }) as const)
    if (done) break
    const type = String((value as { readonly type?: unknown } | null)?.type)
    const one = all.get(type)
    const gap = gaps.get(type)
    if (gap === undefined || one === undefined || one.warned || position < gap) continue
    one.warned = true
    console.warn(
      `The run emitted an output of type ${JSON.stringify(type)} at position ${position}, before a component with a ` +
        'handler for it was mounted, and nothing handled it. Call useOutputs in a component that is mounted earlier, or ' +
        "pass { from: 'start' } to handle earlier outputs, or { from: 'now' } to ignore them.",
    )
  }
  reader.cancel().catch(() => undefined)
}
