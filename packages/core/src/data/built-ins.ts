// What platforms have and others lack, such as Hermes, Firefox 115 and jsdom: a replacement, or an error that names it.

/** Matches a lone surrogate only: with the flag `u`, a pair is one character. */
const LONE_SURROGATE = /[\ud800-\udfff]/u

/** Whether text has no lone surrogates. */
export function isWellFormed(text: string): boolean {
  return text.isWellFormed?.() ?? !LONE_SURROGATE.test(text)
}

/** A reference that does not keep its target, except on a platform that has no such references. */
export interface Held<Target extends object> {
  deref(): Target | undefined
}

/** Holds an object weakly if the platform can. */
export function hold<Target extends object>(target: Target): Held<Target> {
  return typeof WeakRef === 'function' ? new WeakRef(target) : { deref: () => target }
}

/** Calls a function in the next task; in the next microtask on a platform that has no timers. */
export function inNextTask(task: () => void): void {
  if (typeof setTimeout === 'function') setTimeout(task)
  else void Promise.resolve().then(task)
}

/**
 * The error for what a platform lacks and nothing can replace.
 * @param what its name
 * @param or what else to do
 */
export function lacks(what: string, or = ''): TypeError {
  return new TypeError(`this platform has no global ${what}: install a polyfill${or}`)
}

/**
 * A class of streams. It is asked for when a port is opened, so that a polyfill may come until then.
 * @throws {TypeError} if the platform lacks it
 */
export function streamClass<Name extends 'ReadableStream' | 'WritableStream'>(name: Name): (typeof globalThis)[Name] {
  const found = globalThis[name]
  if (found === undefined) throw lacks(name)
  return found
}
