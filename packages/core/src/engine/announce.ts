// An inspector learns of each run by a function under a registered symbol of the global object, whichever copy of core made
// the run. In development, runs that are made before an inspector comes are kept for it, weakly.

import { hasMode } from '../data/mode.ts'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** What happens to an output with a handler. */
export type Fate = 'handling' | 'settled' | 'cancelled' | 'failed' | 'aborted'

/** Learns of each run that is made. It must not keep the run alive. */
export interface RunHook {
  (run: object): void
  /** Learns what happens to outputs, in development: each by its key, `RUN-ID/POSITION`. */
  readonly fate?: (key: string, fate: Fate) => void
  /** The runs that were made before an inspector came, in development. */
  readonly early?: readonly WeakRef<object>[]
}

/** Under this key the global object has the hook. */
export const hookKey: unique symbol = Symbol.for('@xmachines/core/hook') as never

interface Hooked {
  [hookKey]?: RunHook
}

/** Announces a run to the inspector, if there is one. */
export function announce<Run extends object>(run: Run): Run {
  // Without weak references, a platform would keep all runs.
  if ((hasMode ? process.env.NODE_ENV !== 'production' : false) && typeof WeakRef === 'function') {
    ;(globalThis as Hooked)[hookKey] ??= keepEarly()
  }
  ;(globalThis as Hooked)[hookKey]?.(run)
  return run
}

/** A hook that keeps runs until an inspector takes its place. */
function keepEarly(): RunHook {
  const early: WeakRef<object>[] = []
  const hook = (run: object): void => {
    // Runs that were collected leave their references behind. These are removed whenever the list has doubled.
    if (early.length >= 16 && (early.length & (early.length - 1)) === 0) {
      const held = early.filter((one) => one.deref() !== undefined)
      early.length = 0
      // The list may be too long for the arguments of one call.
      for (const one of held) early.push(one)
    }
    early.push(new WeakRef(run))
  }
  return Object.assign(hook, { early })
}

/** Announces what happened to an output. Nobody calls it in production. */
export function announceFate(key: string, fate: Fate): void {
  ;(globalThis as Hooked)[hookKey]?.fate?.(key, fate)
}
