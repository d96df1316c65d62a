// Listeners of a snapshot store. React stops components that update each other without end by throwing from a listener.
// A run only reports what its listeners throw and continues, so the page would hang. `useSend` therefore throws such an
// error again, and the effect that sent ends.

/** The latest error of a listener, until `useSend` throws it. */
let failure: { readonly thrown: unknown } | undefined

/** Calls every listener, even if one throws; then throws the latest error. */
export function notifyAll(listeners: Iterable<() => void>): void {
  failure = undefined
  for (const listener of listeners) {
    try {
      listener()
    } catch (thrown) {
      failure = { thrown }
    }
  }
  if (failure !== undefined) throw failure.thrown
}

/** Throws the error of a listener that was called during the `send` before this call, if there was one. */
export function throwListenerError(): void {
  if (failure === undefined) return
  const { thrown } = failure
  failure = undefined
  throw thrown
}
