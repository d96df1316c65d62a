// What `git push --porcelain` prints of each ref.

/** What became of a ref. */
export interface PushReport {
  /** `taken`: it stands at the remote where it should. `in race`: it stands elsewhere there, or was just being moved. */
  readonly is: 'taken' | 'in race' | 'refused'
  readonly why: string
}

/** The reports of a push, by ref; those of which nobody said what became of them are left out. */
export function parsePush(printed: string): Map<string, PushReport> {
  const reports = new Map<string, PushReport>()
  for (const line of printed.split('\n')) {
    const [flag = '', refs, why = ''] = line.split('\t')
    if (refs === undefined || /failed to report status|\[remote failure\]/.test(why)) continue
    const ref = refs.slice(refs.indexOf(':') + 1)
    if (flag === ' ' || flag === '*' || flag === '=') reports.set(ref, { is: 'taken', why })
    else reports.set(ref, { is: IN_RACE.test(why) ? 'in race' : 'refused', why })
  }
  return reports
}

const IN_RACE = /lock|failed to update ref|already exists|but expected|fetch first|non-fast-forward|stale/
