// Why a batch was not applied, or a history not accepted: one class, with a `code`.

import { CORE_VERSION, versionOf } from './core-version.ts'
import { type RunErrorParts, readRunError } from './read-run-error.ts'

/** Under this key a refusal carries the version of the core that made it, so that `instanceof` in another copy knows it. */
const errorKey: unique symbol = Symbol.for('@xmachines/core/error') as never

/**
 * Why something was refused.
 *
 * About batches: `INVALID_EVENT` what was written is not plain data with a string `type`; `SCHEMA_MISMATCH` the machine's
 * schema refused it; `REFUSED` a rule of the machine refused it (`refuse`); `UNHANDLED` nothing handles it, and the machine
 * has `unhandled: 'refuse'`; `TRANSITION_FAILED` the machine threw; `INVALID_STATE`, `INVALID_OUTPUT` the machine made what is not
 * plain data, or went to a state that it may not go to; `NONDETERMINISTIC` it gave two answers to one question;
 * `REENTRANT` it wrote to its own run; `RUN_DONE` the run was complete; `ERRORS_DROPPED` a reader of `err` fell behind.
 *
 * About histories: `INVALID_HISTORY` it is malformed; `HISTORY_MISMATCH` an oid is not the oid of its content;
 * `MACHINE_MISMATCH` no machine has its name and version; `REPLAY_FAILED` the machine does not accept its events.
 */
export type RunErrorCode =
  | 'INVALID_EVENT'
  | 'SCHEMA_MISMATCH'
  | 'REFUSED'
  | 'UNHANDLED'
  | 'TRANSITION_FAILED'
  | 'INVALID_STATE'
  | 'INVALID_OUTPUT'
  | 'NONDETERMINISTIC'
  | 'REENTRANT'
  | 'RUN_DONE'
  | 'ERRORS_DROPPED'
  | 'INVALID_HISTORY'
  | 'HISTORY_MISMATCH'
  | 'MACHINE_MISMATCH'
  | 'REPLAY_FAILED'

/** The parts of a `RunError`. Only the engine makes them. */
export interface RunErrorDetails {
  readonly sequence?: number | undefined
  readonly batch?: readonly unknown[] | undefined
  readonly index?: number | undefined
  readonly dropped?: number | undefined
  readonly cause?: unknown
  /** The text of what was thrown. It ends the message here, and is left out of what goes over a wire. */
  readonly threw?: string | undefined
  readonly reason?: string | undefined
  readonly details?: unknown
  /** Computes the id of the run when it is read. */
  readonly run?: (() => string) | undefined
}

/** Marks an error as fatal, after the machine was asked. */
export let markFatal: (error: RunError) => void

/** The message without the text of what was thrown, for others than the developer. */
export let sharedMessage: (error: RunError) => string

/**
 * A refusal: a batch that was not applied, or a history that was not accepted (RFC Run v1 §9). It is frozen.
 *
 * @example
 * ```ts
 * import { createRun, defineMachine, refuse, RunError } from '@xmachines/core'
 *
 * const till = defineMachine<number, { type: 'PAY'; cents: number }>({
 *   name: 'till',
 *   version: '1',
 *   initial: 0,
 *   on: {
 *     PAY: (total, event) => {
 *       if (event.cents < 0) refuse('Nobody pays less than nothing.')
 *       return total + event.cents
 *     },
 *   },
 * })
 * const run = createRun(till)
 * const refusal = run.in.send([{ type: 'PAY', cents: 5 }, { type: 'PAY', cents: -1 }])
 * console.log(refusal instanceof RunError, refusal?.code, refusal?.index) // true REFUSED 1
 * console.log(run.snapshot.current.state) // 0
 * ```
 */
export class RunError extends Error {
  // Declared only: the constructor makes these members.
  declare readonly code: RunErrorCode
  /** How many batches had been committed; for a history, the sequence of the record at which it broke. */
  declare readonly sequence: number | undefined
  /** The events of the batch, if it was admitted. */
  declare readonly batch: readonly unknown[] | undefined
  /** Which event of the batch, from 0. */
  declare readonly index: number | undefined
  /** With `ERRORS_DROPPED`: how many refusals this reader missed. */
  declare readonly dropped: number | undefined
  /** With `REFUSED`: the reason that the machine gave. */
  declare readonly reason: string | undefined
  /** With `REFUSED`: the details that the machine gave, frozen plain data. */
  declare readonly details: unknown
  readonly #shared: string
  readonly #run: (() => string) | undefined
  #fatal = false

  constructor(code: RunErrorCode, message: string, details: RunErrorDetails = {}) {
    const { threw } = details
    super(
      threw === undefined ? message : `${message} ${threw}`,
      details.cause === undefined ? undefined : { cause: details.cause },
    )
    this.code = code
    this.sequence = details.sequence
    this.batch = details.batch
    this.index = details.index
    this.dropped = details.dropped
    this.reason = details.reason
    this.details = details.details
    this.#shared = message
    this.#run = details.run
    Object.freeze(this)
  }

  override get name(): string {
    return 'RunError'
  }

  /** The id of the run, computed when it is read; undefined if there was no run. */
  get run(): string | undefined {
    return this.#run?.()
  }

  /** Whether it ended the run. */
  get fatal(): boolean {
    return this.#fatal
  }

  /** Its members as plain data, without those that are undefined, and without any text of what was thrown. */
  toJSON(): Record<string, unknown> {
    // Its own members are what the constructor gave it, because it is frozen.
    const { name, code, run, fatal } = this
    const json = Object.assign({ name, code, message: this.#shared, run }, this, { fatal })
    return Object.fromEntries(Object.entries(json).filter(([, value]) => value !== undefined))
  }

  /**
   * Makes an error of what `toJSON()` gives, at the other end of a wire or in another thread. It has no `cause`.
   *
   * @param json plain data, parsed if it was text; members that are not known are ignored
   * @returns an error of the same members, frozen
   * @throws {TypeError} if a member is missing or has the wrong type
   * @throws {RangeError} if the code is not in the form of one, or a count not a whole number from 0
   *
   * @example
   * ```ts
   * import { RunError } from '@xmachines/core'
   *
   * const text = '{"code":"RUN_DONE","message":"the run is done","sequence":3}'
   * const error = RunError.fromJSON(JSON.parse(text))
   * console.log(error instanceof RunError, error.code, error.sequence) // true RUN_DONE 3
   * ```
   */
  static fromJSON(json: unknown): RunError {
    return fromParts(readRunError(json))
  }

  // The class does not name itself, because a bundler would rename it, and a console prints its name.
  static override [Symbol.hasInstance](value: unknown): boolean {
    // A subclass is known by its prototype, as any class is.
    return Object.hasOwn(this, Symbol.hasInstance)
      ? versionOf(value, errorKey) === CORE_VERSION
      : super[Symbol.hasInstance](value)
  }

  static {
    markFatal = (error) => {
      error.#fatal = true
    }
    Object.defineProperty(this.prototype, errorKey, { value: CORE_VERSION })
    // An error of another copy of core has a private member of its own.
    sharedMessage = (error) => {
      const { message } = error
      return #shared in error ? error.#shared : message
    }
  }
}

function fromParts({ code, message, run, fatal, ...details }: RunErrorParts): RunError {
  // What came over a wire has nothing that was thrown here.
  const error = new RunError(code, message, {
    ...details,
    threw: undefined,
    run: run === undefined ? undefined : () => run,
  })
  if (fatal === true) markFatal(error)
  return error
}
