// Why a module could not be loaded, and where in it that is.

import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { extname, isAbsolute, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

interface Place {
  readonly path: string
  readonly line: string
}

/** Frames of this program are no place in a module. */
const OWN = new URL('.', import.meta.url).href

/** The line that Node begins a stack with where a module cannot be read. */
const BEGINS = /^(file:\/\/\S.*|\/.*|[A-Za-z]:[\\/].*):(\d+)\r?\n/

/** Whether there is a file. */
export async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => !found.isDirectory(),
    () => false,
  )
}

/** What is told of a module that was not loaded: the reason, what to do where that is known, and the line. */
export async function whyNotLoaded(thrown: unknown, file: string): Promise<string> {
  if (!(thrown instanceof Error)) return String(thrown)
  const path = resolve(file)
  const place = placeInStack(thrown, path) ?? (await placeOfSyntax(thrown, path))
  const shown = place === undefined ? '' : ` (${place.path === path ? file : near(place.path)}:${place.line})`
  return `${thrown.message}${adviceOn(thrown, path)}${shown}`
}

function adviceOn(thrown: NodeJS.ErrnoException, path: string): string {
  if (thrown.code !== 'ERR_UNKNOWN_FILE_EXTENSION') return ''
  const extension = extname(path)
  if (/^\.[cm]?ts$/.test(extension)) return '; build it, or run Node 22.18 or later'
  return /^\.[jt]sx$/.test(extension) ? '; build it' : ''
}

/** The place that a stack begins with, as those of syntax do, or a frame: of the module itself, if there is one. */
function placeInStack({ stack = '' }: Error, path: string): Place | undefined {
  const [, begin, line] = BEGINS.exec(stack) ?? []
  if (begin !== undefined && line !== undefined) return placeOf(begin, line)
  const frames = [...stack.matchAll(/(file:\/\/\S+?):(\d+):\d+\)?$/gm)].map(
    ([, url = '', at = '']) => [url, at] as const,
  )
  const others = frames.filter(([url]) => !url.startsWith(OWN) && !url.includes('/node_modules/'))
  const [url, at] = frames.find(([one]) => one === pathToFileURL(path).href) ?? others[0] ?? []
  return url === undefined || at === undefined ? undefined : placeOf(url, at)
}

/** Node keeps the line of a syntax error to itself, and tells it where it is asked for that alone. */
async function placeOfSyntax(thrown: Error, path: string): Promise<Place | undefined> {
  if (!(thrown instanceof SyntaxError)) return undefined
  const told = await new Promise<string>((resolved) => {
    execFile(process.execPath, ['--check', path], (_error, _printed, complaint) => resolved(complaint))
  })
  const [, begin, line] = BEGINS.exec(told) ?? []
  // Where the module itself is right, it is one that it imports.
  if (begin === undefined || line === undefined || !told.includes(thrown.message)) return undefined
  return placeOf(begin, line)
}

function placeOf(place: string, line: string): Place {
  return { path: place.startsWith('file:') ? fileURLToPath(place) : place, line }
}

/** A path as it is given from here. */
function near(path: string): string {
  const from = relative(process.cwd(), path)
  return from.startsWith('..') || isAbsolute(from) ? path : from
}
