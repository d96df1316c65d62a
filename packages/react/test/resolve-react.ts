// Import this before a script, and the script runs on the React that is installed in the folder REACT_FOLDER.

import { registerHooks } from 'node:module'

const folder = new URL(`${process.env['REACT_FOLDER']}/`, import.meta.url).href

registerHooks({
  resolve(specifier, context, next) {
    const isReact = /^(react|react-dom|use-sync-external-store)(\/|$)/.test(specifier)
    const imported = context.parentURL?.includes('/node_modules/') === false
    return next(specifier, isReact && imported ? { ...context, parentURL: folder } : context)
  },
})
