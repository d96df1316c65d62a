// Times as people read them. The zone is fixed, so that server and browser write the same.

const clock = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' })

/** @param when milliseconds since 1970 */
export function formatTime(when: number): string {
  return `${clock.format(when)} UTC`
}
