// Wakes those who wait for a ref: at once if it moves in this process, soon if another process moves its file, and at the
// next look whatever happened. A ref that was packed has no file; the first that moves it makes one.

import { type FSWatcher, watch } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Waits for refs. */
export interface RefWatch {
  /** A ref has moved in this process. */
  moved(ref: string): void
  /** Begins to watch a ref. `seen` may be called although nothing moved. Returns what ends it. */
  watch(ref: string, seen: () => void): () => void
}

/** How many milliseconds lie between two looks. */
const LOOK_AGAIN = 500

/** A directory of refs that is watched. */
interface Place {
  readonly watcher: FSWatcher | undefined
  /** Those who wait, by the name of their ref in the directory. */
  readonly waiting: Map<string, Set<() => void>>
  readonly timer: NodeJS.Timeout
}

/** Watches the refs of a repository. */
export function refWatch(gitDirectory: string): RefWatch {
  const places = new Map<string, Place>()

  function open(directory: string): Place {
    const waiting: Place['waiting'] = new Map()
    const wakeAll = (): void => {
      for (const each of waiting.values()) wake(each)
    }
    const watcher = watchDirectory(join(gitDirectory, directory), (name) => {
      // Git writes NAME.lock and renames it.
      if (name === undefined) wakeAll()
      else wake(waiting.get(name))
    })
    // The directory may be on a file system that reports nothing, or may be removed and made again.
    return { watcher, waiting, timer: setInterval(wakeAll, LOOK_AGAIN) }
  }

  return {
    moved: (ref) => wake(places.get(dirname(ref))?.waiting.get(basename(ref))),
    watch(ref, seen) {
      const [directory, name] = [dirname(ref), basename(ref)]
      const place = places.get(directory) ?? open(directory)
      places.set(directory, place)
      const { waiting } = place
      const others = waiting.get(name) ?? new Set()
      waiting.set(name, others.add(seen))
      return () => {
        others.delete(seen)
        if (others.size === 0 && waiting.get(name) === others) waiting.delete(name)
        if (waiting.size > 0 || places.get(directory) !== place) return
        places.delete(directory)
        clearInterval(place.timer)
        place.watcher?.close()
      }
    },
  }
}

function wake(waiting: ReadonlySet<() => void> | undefined): void {
  if (waiting !== undefined) for (const seen of Array.from(waiting)) seen()
}

/** Undefined if the system cannot watch it: then it is only looked at. */
function watchDirectory(directory: string, onChange: (name: string | undefined) => void): FSWatcher | undefined {
  try {
    const watcher = watch(directory, { persistent: false }, (_kind, name) => onChange(name ?? undefined))
    watcher.on('error', () => watcher.close())
    return watcher
  } catch {
    return undefined
  }
}
