// The outputs of a genesis, which a machine emits in `initial`. They exist before anybody can follow the run, so those of
// each type are handled by the first party that has a handler for it, wherever it begins.

/** The members of a created run that tell its initial outputs. */
interface CreatedRun {
  readonly start: number
  readonly machine?: { initial(input: unknown, emit: (output: unknown) => void): unknown }
  readonly genesis?: { readonly input?: unknown }
}

interface GenesisOutputs {
  /** How many there are. */
  readonly count: number
  /** The types that nobody handles yet. */
  readonly types: Set<unknown>
}

const unclaimed = new WeakMap<object, GenesisOutputs>()

/**
 * Claims the outputs of a genesis for the holder of these handlers.
 * @returns how many there are, and the types that it is the first to handle; undefined if there are none
 */
export function claimGenesis(run: { readonly position: number }, handlers: object): GenesisOutputs | undefined {
  // A restored run begins after its outputs.
  if (run.position === 0 || (run as Partial<CreatedRun>).start !== 0) return undefined
  let genesis = unclaimed.get(run)
  if (genesis === undefined) {
    const created = run as typeof run & CreatedRun
    const outputs: unknown[] = []
    created.machine?.initial(created.genesis?.input, (output) => outputs.push(output))
    genesis = {
      count: outputs.length,
      types: new Set(outputs.map((output) => (output as { type?: unknown } | null)?.type)),
    }
    unclaimed.set(run, genesis)
  }
  const types = new Set(Object.keys(handlers).filter((type) => genesis.types.delete(type)))
  return types.size > 0 ? { count: genesis.count, types } : undefined
}
