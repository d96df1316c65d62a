// Why a module could not be loaded, and at which line.

import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { extname, isAbsolute, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

interface Place {
  readonly path: string
  readonly line: string
}

/** Stack frames of this program are not places in a module. */
const OWN = new URL('.', import.meta.url).href

/** The line that Node begins a stack with if a module cannot be parsed. */
const BEGINS = /^(file:\/\/\S.*|\/.*|[A-Za-z]:[\\/].*):(\d+)\r?\n/

/** Whether a path is a file. */
export async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (found) => !found.isDirectory(),
    () => false,
  )
}

/** Says why a module was not loaded: the reason, advice if there is any, and the line. */
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

/** The place at the beginning of a stack, as syntax errors have it, or of a frame; of the module itself if possible. */
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

/** Node hides the line of a syntax error in an import; `node --check` prints it. */
async function placeOfSyntax(thrown: Error, path: string): Promise<Place | undefined> {
  if (!(thrown instanceof SyntaxError)) return undefined
  const printed = await new Promise<string>((resolved) => {
    execFile(process.execPath, ['--check', path], (_error, _printed, complaint) => resolved(complaint))
  })
  const [, begin, line] = BEGINS.exec(printed) ?? []
  // If the module itself is right, the error is in one that it imports.
  if (begin === undefined || line === undefined || !printed.includes(thrown.message)) return undefined
  return placeOf(begin, line)
}

function placeOf(place: string, line: string): Place {
  return { path: place.startsWith('file:') ? fileURLToPath(place) : place, line }
}

/** A path relative to the working folder, if it is inside. */
function near(path: string): string {
  const from = relative(process.cwd(), path)
  return from.startsWith('..') || isAbsolute(from) ? path : from
}
