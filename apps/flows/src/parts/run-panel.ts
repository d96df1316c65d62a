// Storybook has a panel beside the stories, which shows their runs. A story that is opened by itself has none.

/** Whether the panel is beside this page. */
export const hasRunPanel: boolean = isFramed()

function isFramed(): boolean {
  try {
    return window.parent !== window && window.parent.document.querySelector('[data-is-storybook="true"]') !== null
  } catch {
    // The page around this one is on another origin.
    return false
  }
}
