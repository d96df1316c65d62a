// The configuration of Next.js for a server with runs.

/**
 * What a server imports as it is, instead of a copy in each bundle: a machine is known to one copy of core, and a host has one
 * store. The client is among them, since components import it at the server as well.
 */
const PACKAGES = ['@xmachines/core', '@xmachines/git', '@xmachines/http', '@xmachines/postgres', 'pg']

/**
 * Adds to a configuration of Next.js what runs need: the server uses one copy of each package.
 *
 * @param config the configuration; one that is a function calls this with what it gives
 * @returns the same with more `serverExternalPackages`
 *
 * @example
 * ```ts
 * // next.config.ts
 * import { withXMachines } from '@xmachines/http/next'
 *
 * const config = withXMachines({ serverExternalPackages: ['sharp'] })
 * console.log(config.serverExternalPackages.includes('@xmachines/core')) // true
 *
 * export default config
 * ```
 */
export function withXMachines<Config extends { serverExternalPackages?: string[] }>(
  config: Config,
): Config & { serverExternalPackages: string[] } {
  return {
    ...config,
    serverExternalPackages: Array.from(new Set([...(config.serverExternalPackages ?? []), ...PACKAGES])),
  }
}
