// For play functions: takes the file that the page saves, instead of the disk.

import { expect } from 'storybook/test'

/** The file that a click makes the browser save. */
export async function savedBy(click: () => Promise<void>): Promise<File> {
  let saved: Promise<File> | undefined
  const take = (event: Event): void => {
    if (!(event.target instanceof HTMLAnchorElement)) return
    event.preventDefault()
    const { href, download } = event.target
    saved = fetch(href).then(async (response) => new File([await response.blob()], download))
  }
  document.addEventListener('click', take, true)
  await click()
  document.removeEventListener('click', take, true)
  return saved ?? expect.unreachable('The click saved no file.')
}
