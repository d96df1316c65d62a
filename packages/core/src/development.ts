// Whether this is a production build. Bundlers replace the expression; Node reads it once, at the import; where there
// is no `process`, as on a page without a bundler, it is not one.

/** True outside production builds: more is checked, and what nobody looks at is warned of. */
export const development: boolean = mode() !== 'production'

declare const process: { readonly env: { readonly NODE_ENV?: string } }

function mode(): string | undefined {
  try {
    return process.env.NODE_ENV
  } catch {
    return undefined
  }
}
