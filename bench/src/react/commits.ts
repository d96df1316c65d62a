// Counts the commits of React, which tells its developer tools of each, in production too. To be imported before React
// is, which looks for them when it starts.

/** The commits so far, and when the last of them was. */
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
