// What `git push --porcelain` prints of each ref.

/** What became of a ref. */
export interface PushReport {
  /** It stands at the remote where it should. */
  readonly taken: boolean
  /** The remote, or this side, said what became of it; otherwise that is not known. */
  readonly told: boolean
  /** It was not taken because it stands elsewhere, or was being moved. */
  readonly inRace: boolean
  readonly why: string
}

/** The reports of a push, by ref. */
export function parsePush(printed: string): Map<string, PushReport> {
  const reports = new Map<string, PushReport>()
  for (const line of printed.split('\n')) {
    const [flag = '', refs, why = ''] = line.split('\t')
    const ref = refs?.slice(refs.indexOf(':') + 1)
    if (ref === undefined) continue
    const taken = flag === ' ' || flag === '*' || flag === '='
    reports.set(ref, {
      taken,
      told: taken || !/failed to report status|\[remote failure\]|unpacker error/.test(why),
      inRace: /lock|failed to update ref|already exists|but expected|fetch first|non-fast-forward|stale/.test(why),
      why,
    })
  }
  return reports
}
