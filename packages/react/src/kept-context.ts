// Keeps the context of a module that Vite evaluates again after an edit, so that React does not mount every component
// below its Provider again. Contexts are separate unless it is certain that one is an edit of the other. Only in
// development: production builds leave this file out.

interface KeptContext {
  /** The latest definition. */
  machine: object
  readonly context: unknown
}

/** The contexts that a module made for machines of one name. */
interface ModuleContexts {
  /** When the module was evaluated: the timestamp that Vite adds to its URL after an edit, or 0. */
  evaluated: number
  /** The only context of that evaluation; undefined if there are several, because nobody can tell which was edited. */
  only: KeptContext | undefined
}

/** By the URL of the module and the name of the machine. */
const modules = new Map<string, ModuleContexts>()

/** The definition that each definition is an edit of. */
const earlier = new WeakMap<object, object>()

/** Whether a kept context received `later` as an edit of `first`. */
export function isEdited(first: object, later: object): boolean {
  let machine: object | undefined = later
  while (machine !== undefined && machine !== first) machine = earlier.get(machine)
  return machine === first
}

/**
 * Makes the context of a machine; or returns the one that the same module made for a machine of the same name, if the
 * module was edited since then. Call it from `createRunContext` only: it counts the functions that called it.
 * @param make makes a context that asks for the latest definition whenever it needs it
 */
export function keepContext<AMachine extends { readonly name: string }, Context>(
  machine: AMachine,
  make: (latestMachine: () => AMachine) => Context,
): Context {
  const made: KeptContext = { machine, context: make(() => made.machine as AMachine) }
  const place = placeOf(new Error().stack)
  if (place === undefined) return made.context as Context
  const key = `${place.module} ${machine.name}`
  const contexts = modules.get(key)
  if (contexts === undefined) {
    modules.set(key, { evaluated: place.evaluated, only: made })
  } else if (contexts.evaluated === place.evaluated) {
    contexts.only = undefined
  } else if (contexts.evaluated < place.evaluated) {
    contexts.evaluated = place.evaluated
    const { only } = contexts
    if (only !== undefined) {
      earlier.set(machine, only.machine)
      only.machine = machine
      // The edit of a definition has the type of the definition.
      return only.context as Context
    }
    contexts.only = made
  }
  return made.context as Context
}

/** The module that called `createRunContext` while it was evaluated; undefined if a function did, as in a factory. */
function placeOf(stack: string | undefined): { module: string; evaluated: number } | undefined {
  const frames = (stack ?? '').split('\n').filter((line) => /:\d+:\d+\)?$/.test(line))
  const [, , frame, factory] = frames
  const location = frame?.match(/([^\s(@]+):\d+:\d+\)?$/)?.[1]
  if (location === undefined || factory !== undefined || !URL.canParse(location)) return undefined
  const url = new URL(location)
  const evaluated = Number(url.searchParams.get('t') ?? 0)
  url.searchParams.delete('t')
  return { module: url.href, evaluated }
}
