// A run in the extension Redux DevTools: each batch is an action with the state behind it. The extension's messages are those that
// it documents for tools other than Redux.

import { type AnyRun, type RunEvent, replayRun } from '@xmachines/core'
import { knownRuns } from './observe/known-runs.ts'
import { observe } from './observe/observed-run.ts'

/** What the extension puts on the page. */
interface Extension {
  connect(options: object): Connection
}

/** One connection to the extension. */
interface Connection {
  init(state: unknown): void
  send(action: object, state: unknown): void
  subscribe(listener: (message: Message) => void): (() => void) | undefined
  error?(message: string): void
}

/** What the extension tells. */
interface Message {
  readonly type: string
  readonly payload?: unknown
}

interface DispatchPayload {
  readonly type?: string
  readonly actionId?: number
  readonly index?: number
  readonly status?: boolean
  readonly nextLiftedState?: LiftedState
}

/** A history in the form of the extension. */
interface LiftedState {
  readonly actionsById?: Readonly<
    Record<string, { readonly action?: { readonly events?: readonly RunEvent[]; readonly sequence?: number } }>
  >
  readonly stagedActionIds?: readonly number[]
}

/** How a run is connected. */
export interface ReduxDevToolsOptions {
  /** What the extension calls it: the machine and the start of the run's id unless given. */
  readonly name?: string
  /** Called with a state of the past that was jumped to. The run itself does not move. */
  readonly onJump?: (moment: { readonly sequence: number; readonly state: unknown }) => void
  /** Called with a run that was restored from an import. */
  readonly onImport?: (run: AnyRun) => void
}

/** How many actions the extension keeps, and gets at first. */
const MOST_ACTIONS = 1000

/**
 * Connects a run to the browser extension Redux DevTools. Does nothing where there is no extension. Its buttons that change what
 * has happened (reset, revert, skip) change nothing: a history is immutable.
 *
 * @param run the run
 * @param options what is called when somebody jumps or imports
 * @returns a function that ends the connection
 */
export function connectReduxDevTools(run: AnyRun, options: ReduxDevToolsOptions = {}): () => void {
  const { __REDUX_DEVTOOLS_EXTENSION__: extension } = globalThis as {
    readonly __REDUX_DEVTOOLS_EXTENSION__?: Extension
  }
  if (extension === undefined) return () => undefined
  const observed = observe(run)
  const { machine } = observed
  const { name = `${machine.name}@${machine.version} ${run.id.slice(0, 7)}` } = options
  const features = {
    pause: true,
    export: true,
    import: 'custom',
    jump: true,
    dispatch: true,
    skip: false,
    reorder: false,
  }
  const connection = extension.connect({ name, maxAge: MOST_ACTIONS, features })
  /** The batch that the extension's first state is behind, and the last that it has. */
  let base = 0
  let sent = 0
  let isPaused = false
  let timer: ReturnType<typeof setTimeout> | undefined
  begin(Math.max(observed.dropped, observed.sequence - MOST_ACTIONS + 1))
  const stopWatching = observed.watch(sendNew)
  const stopListening = connection.subscribe(listen)

  function begin(sequence: number): void {
    const moment = observed.moment(sequence)
    if (moment === 'later') {
      timer = setTimeout(() => begin(sequence))
      return
    }
    base = sent = sequence
    connection.init(typeof moment === 'string' ? observed.snapshot.state : moment.state)
    sendNew()
  }

  function sendNew(): void {
    clearTimeout(timer)
    // What is pending may be stepped again, and the extension cannot take back an action.
    while (!isPaused && sent < observed.confirmed) {
      const moment = observed.moment(sent + 1)
      if (moment === 'later') {
        timer = setTimeout(sendNew)
        return
      }
      sent++
      const events = observed.batch(sent) ?? []
      const type = events.map((event) => event.type).join(', ')
      connection.send({ type, sequence: sent, events }, typeof moment === 'string' ? undefined : moment.state)
    }
  }

  function listen({ type, payload }: Message): void {
    try {
      if (type === 'ACTION') dispatch(payload)
      else if (type === 'DISPATCH') obey(payload as DispatchPayload)
    } catch (thrown) {
      connection.error?.(thrown instanceof Error ? thrown.message : String(thrown))
    }
  }

  /** Somebody entered an event. The machine judges it. */
  function dispatch(payload: unknown): void {
    const event = typeof payload === 'string' ? eventIn(payload) : payload
    const refusal = (run as { readonly in: { send(batch: never): Error | undefined } }).in.send(event as never)
    if (refusal !== undefined) throw refusal
  }

  function obey(payload: DispatchPayload): void {
    const { type, actionId = payload.index ?? 0, status, nextLiftedState } = payload
    if (type === 'JUMP_TO_ACTION' || type === 'JUMP_TO_STATE') jump(base + actionId)
    else if (type === 'IMPORT_STATE' && nextLiftedState !== undefined) take(nextLiftedState)
    else if (type === 'PAUSE_RECORDING') {
      isPaused = status === true
      if (!isPaused) begin(observed.sequence)
    } else if (type === 'COMMIT' || type === 'ROLLBACK') begin(observed.sequence)
    else if (type === 'RESET') begin(observed.dropped)
  }

  function jump(sequence: number): void {
    const moment = observed.moment(sequence)
    if (moment === 'later') setTimeout(() => jump(sequence))
    else if (typeof moment !== 'string') options.onJump?.({ sequence, state: moment.state })
  }

  /** Restores a run from an import. Batches before the first that is imported are those of this run. */
  function take({ actionsById = {}, stagedActionIds = [] }: LiftedState): void {
    const actions = stagedActionIds
      .flatMap((id) => actionsById[id]?.action ?? [])
      .filter(({ events }) => events !== undefined)
    const first = actions[0]?.sequence ?? 1
    const earlier = Array.from({ length: first - 1 }, (_, at) => observed.batch(at + 1))
    if (earlier.includes(undefined)) {
      throw new RangeError(`the import begins at batch ${first}, and this run does not have those before it`)
    }
    const batches = [...earlier, ...actions.map(({ events }) => events)]
    // Oids are not compared in a replay.
    const records = batches.map((events) => ({ oid: '', parent: '', events: events ?? [] }))
    const restored = replayRun(machine, [run.genesis, ...records])
    knownRuns().pin(restored)
    options.onImport?.(restored)
  }

  return () => {
    clearTimeout(timer)
    stopWatching()
    stopListening?.()
  }
}

/** The event in what somebody entered. */
function eventIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (thrown) {
    const why = (thrown as SyntaxError).message
    throw new SyntaxError(`the event is not JSON: ${why}; enter it like {"type":"OPEN"}`, { cause: thrown })
  }
}
