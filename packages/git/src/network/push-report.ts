// What `git push --porcelain` prints about each ref.

/** The result of a push for one ref. */
export interface PushReport {
  /** `taken`: it points where it should at the remote. `in race`: it points elsewhere, or was just being moved. */
  readonly result: 'taken' | 'in race' | 'refused'
  readonly why: string
}

/** The reports of a push, by ref; refs whose result nobody reported are left out. */
export function parsePush(printed: string): Map<string, PushReport> {
  const reports = new Map<string, PushReport>()
  for (const line of printed.split('\n')) {
    const [flag = '', refs, why = ''] = line.split('\t')
    if (refs === undefined || /failed to report status|\[remote failure\]/.test(why)) continue
    const ref = refs.slice(refs.indexOf(':') + 1)
    if (flag === ' ' || flag === '*' || flag === '=') reports.set(ref, { result: 'taken', why })
    else reports.set(ref, { result: IN_RACE.test(why) ? 'in race' : 'refused', why })
  }
  return reports
}

const IN_RACE = /lock|failed to update ref|already exists|but expected|fetch first|non-fast-forward|stale/
