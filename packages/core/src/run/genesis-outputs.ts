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

/** What the holder of some handlers has claimed. */
interface GenesisClaim {
  /** How many outputs the genesis has. */
  readonly count: number
  /** Whether an output was claimed, or came after the claim. */
  readonly wants: (output: unknown, position: number) => boolean
}

const unclaimed = new WeakMap<object, GenesisOutputs>()

/**
 * Claims the outputs of a genesis for the holder of these handlers.
 * @returns what it is the first to handle; undefined if there is nothing
 */
export function claimGenesis(run: { readonly position: number }, handlers: object): GenesisClaim | undefined {
  // A restored run begins after its outputs.
  if (run.position === 0 || (run as Partial<CreatedRun>).start !== 0) return undefined
  let genesis = unclaimed.get(run)
  if (genesis === undefined) {
    const created = run as typeof run & CreatedRun
    const outputs: unknown[] = []
    created.machine?.initial(created.genesis?.input, (output) => outputs.push(output))
    genesis = {
      count: outputs.length,
      types: new Set(outputs.map(typeOf)),
    }
    unclaimed.set(run, genesis)
  }
  const { count, types } = genesis
  const claimed = new Set<unknown>(Object.keys(handlers).filter((type) => types.delete(type)))
  const { position } = run
  if (claimed.size === 0) return undefined
  return { count, wants: (output, at) => at >= position || (at < count && claimed.has(typeOf(output))) }
}

function typeOf(output: unknown): unknown {
  return (output as { readonly type?: unknown } | null)?.type
}
