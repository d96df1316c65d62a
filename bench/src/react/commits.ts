// Counts the commits of React, which reports each to its developer tools, in production too. Import this before React,
// which looks for the tools when it starts.

/** The number of commits so far, and the time of the last one. */
export const commits = { count: 0, lastAt: 0 }

declare global {
  var __REACT_DEVTOOLS_GLOBAL_HOOK__: object | undefined
}

globalThis.__REACT_DEVTOOLS_GLOBAL_HOOK__ = {
  supportsFiber: true,
  inject: () => 1,
  onCommitFiberRoot() {
    commits.count++
    commits.lastAt = performance.now()
  },
  onPostCommitFiberRoot() {},
  onCommitFiberUnmount() {},
}
