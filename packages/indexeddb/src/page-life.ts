// When a page stops to run without an end: it is frozen, or kept by the browser for the way back. It then holds nothing that
// other tabs wait for, since it could not give it back.

/** Calls a listener right before the page stops; returns a function that ends this. */
export function whenStopped(listener: () => void): () => void {
  // Workers have no document, and live as long as their page.
  if (typeof document === 'undefined') return () => undefined
  document.addEventListener('freeze', listener)
  window.addEventListener('pagehide', listener)
  return () => {
    document.removeEventListener('freeze', listener)
    window.removeEventListener('pagehide', listener)
  }
}
