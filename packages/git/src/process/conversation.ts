// A conversation with a `git` that keeps running: it is asked line by line, and answers in the order of the questions.
// It starts with the first question. If it dies, the question that it died of is decided by the caller, and the others
// are asked again.

import type { GitError } from '../git-error.ts'
import { cannotStart, type GitProcess, type GitProgram } from './git-program.ts'
import { allowExit, keepAlive } from './keep-alive.ts'

/** What to run, and how to talk to it. */
export interface ConversationOptions<Question, Answer> {
  readonly git: GitProgram
  readonly arguments: readonly string[]
  /** The text that asks a question. */
  encode(question: Question): string
  /**
   * Makes a decoder for one process, which takes printed bytes and gives the answers that are complete. If it throws, the
   * first question without an answer fails with that, and the process is killed.
   */
  decoder(): (chunk: Buffer) => readonly Answer[]
  /** Decides about the question that the process died of: answers it, throws, or has it asked again. */
  onDeath(question: Question, death: Death): Answer | typeof ASK_AGAIN | Promise<Answer | typeof ASK_AGAIN>
  /** How many milliseconds to wait for an answer before the process is killed; for ever unless given. */
  readonly patience?: number
}

/** How a process died. */
export interface Death {
  /** It could not be started. */
  readonly startFailure: GitError | undefined
  readonly status: number | NodeJS.Signals | null
  /** What it printed to its standard error. */
  readonly complaint: string
  /** Whether it was killed because it gave no answer. */
  readonly hung: boolean
  /** Whether the question was asked a second time already. */
  readonly retried: boolean
}

/** The decision to ask a question again. */
export const ASK_AGAIN: unique symbol = Symbol('ask again')

/** A conversation. */
export interface Conversation<Question, Answer> {
  /** Asks, and resolves with the answer. */
  ask(question: Question): Promise<Answer>
  /** Ends the process once all questions are answered; the next question starts another. */
  close(): void
}

interface Pending<Question, Answer> {
  readonly question: Question
  readonly retried: boolean
  readonly resolve: (answer: Answer | Promise<Answer>) => void
  readonly reject: (reason: unknown) => void
}

/** A conversation that has not begun. */
export function converse<Question, Answer>(
  options: ConversationOptions<Question, Answer>,
): Conversation<Question, Answer> {
  const { git, encode, patience } = options
  let child: GitProcess | undefined
  /** Whether the process is to end once it has answered what it was asked. */
  let closing = false
  /** The process that was killed because it gave no answer. */
  let hanging: GitProcess | undefined
  /** Questions without an answer, in order. */
  let pending: Pending<Question, Answer>[] = []
  /** Runs while there are such questions. */
  let watch: NodeJS.Timeout | undefined

  function send(one: Pending<Question, Answer>): void {
    let running: GitProcess
    try {
      running = child ??= start()
    } catch (thrown) {
      one.reject(thrown)
      return
    }
    pending.push(one)
    if (pending.length === 1) {
      keepAlive(running)
      if (patience !== undefined) watch = setTimeout(() => kill(running, patience), patience)
    }
    running.stdin.write(encode(one.question))
  }

  function kill(running: GitProcess, waited: number): void {
    const name = options.arguments[0] as string
    process.emitWarning(`killed git ${name} in ${git.directory}: it gave no answer for ${waited / 1000} s`, {
      code: 'XMACHINES_GIT_HANGS',
    })
    hanging = running
    running.kill('SIGKILL')
  }

  function start(): GitProcess {
    const started = git.start(options.arguments)
    const decode = options.decoder()
    let complaint = ''
    allowExit(started)
    started.stdout.on('data', (chunk: Buffer) => {
      // A process that was given up may continue printing.
      if (child !== started) return
      try {
        for (const answer of decode(chunk)) pending.shift()?.resolve(answer)
      } catch (thrown) {
        giveUp(started, thrown)
        return
      }
      if (pending.length > 0) {
        watch?.refresh()
        return
      }
      allowExit(started)
      clearTimeout(watch)
      if (closing) end()
    })
    started.stderr.setEncoding('utf8').on('data', (text: string) => {
      complaint += text
    })
    started.on('error', (error) => onEnd(started, { startFailure: cannotStart(error), status: null, complaint }))
    started.on('close', (status, signal) => {
      onEnd(started, { startFailure: undefined, status: status ?? signal, complaint: complaint.trim() })
    })
    return started
  }

  function giveUp(started: GitProcess, reason: unknown): void {
    child = undefined
    clearTimeout(watch)
    started.kill('SIGKILL')
    const [first, ...others] = pending
    pending = []
    first?.reject(reason)
    for (const other of others) send(other)
  }

  function end(): void {
    child?.stdin.end()
    child = undefined
    closing = false
  }

  function onEnd(ended: GitProcess, death: Omit<Death, 'retried' | 'hung'>): void {
    if (child !== ended) return
    child = undefined
    clearTimeout(watch)
    const [first, ...others] = pending
    pending = []
    if (first !== undefined) void decide(first, { ...death, hung: ended === hanging, retried: first.retried })
    for (const other of others) send(other)
  }

  async function decide(one: Pending<Question, Answer>, death: Death): Promise<void> {
    try {
      const decision = await options.onDeath(one.question, death)
      if (decision === ASK_AGAIN) send({ ...one, retried: true })
      else one.resolve(decision)
    } catch (thrown) {
      one.reject(thrown)
    }
  }

  return {
    ask: (question) => new Promise((resolve, reject) => send({ question, retried: false, resolve, reject })),
    close() {
      if (pending.length === 0) end()
      else closing = true
    },
  }
}

/** Whether somebody killed a process that had nothing to complain about: then the question may be asked again. */
export function wasKilled({ startFailure, complaint }: Death): boolean {
  return startFailure === undefined && complaint === ''
}
