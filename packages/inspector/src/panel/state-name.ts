// What the panel calls a state: the name under `at`, or what the `value` of a chart says. The state of a chart from XState has
// `value` and `context`, among other members.

interface ChartState {
  readonly value: unknown
  readonly context: unknown
}

/** The name of a state, if it has one. A chart may be in several states at once. */
export function nameOf(state: unknown): string | undefined {
  const at = (state as { readonly at?: unknown } | null | undefined)?.at
  if (typeof at === 'string') return at
  return isChartState(state) ? namesIn(state.value, '') : undefined
}

/** A state with the members first that matter most. */
export function inOrder(state: unknown): unknown {
  if (!isChartState(state)) return state
  const { value, context, ...others } = state
  return { value, context, ...others }
}

function isChartState(state: unknown): state is ChartState {
  return typeof state === 'object' && state !== null && 'value' in state && 'context' in state
}

/** The states in the value of a chart, each with the way to it. */
function namesIn(value: unknown, path: string): string {
  if (typeof value !== 'object' || value === null) return path === '' ? String(value) : `${path}: ${String(value)}`
  return Object.entries(value)
    .map(([name, inner]) => namesIn(inner, path === '' ? name : `${path}.${name}`))
    .join(', ')
}
