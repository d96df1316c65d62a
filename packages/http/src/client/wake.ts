// Learns of moments at which a server that was away may be there again: the network came back, or the page is looked at.

/**
 * Calls a listener at each such moment, where the platform tells of them.
 * @returns a function that ends this
 */
export function onWake(listener: () => void): () => void {
  // Only a page has a document.
  const page = globalThis.document as Document | undefined
  const whenVisible = (): void => {
    if (page?.visibilityState === 'visible') listener()
  }
  // Node has no such function.
  globalThis.addEventListener?.('online', listener)
  page?.addEventListener('visibilitychange', whenVisible)
  return () => {
    globalThis.removeEventListener?.('online', listener)
    page?.removeEventListener('visibilitychange', whenVisible)
  }
}
