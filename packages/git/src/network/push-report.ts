// What `git push --porcelain` prints about each ref. Only its marks are read: the words differ between versions of Git,
// and come from the Git of the remote.

/** The result of a push for one ref. */
export interface PushReport {
  /** Whether it points where it should at the remote. */
  readonly taken: boolean
  /** Whether a hook of the remote declined it. That some words say so only saves pushes that a hook declines again. */
  readonly declined: boolean
  readonly why: string
}

/** The reports of a push, by ref; refs whose result nobody reported are left out. */
export function parsePush(printed: string): Map<string, PushReport> {
  const reports = new Map<string, PushReport>()
  for (const line of printed.split('\n')) {
    const [flag = '', refs, why = ''] = line.split('\t')
    if (refs === undefined || /failed to report status|\[remote failure\]/.test(why)) continue
    const ref = refs.slice(refs.indexOf(':') + 1)
    const taken = flag === ' ' || flag === '*' || flag === '='
    reports.set(ref, { taken, declined: !taken && why.includes('hook declined'), why })
  }
  return reports
}
