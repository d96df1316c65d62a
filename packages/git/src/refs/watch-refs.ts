// Wakes those who wait for a ref: at once if it moves in this process, soon if another process moves its file, and at the
// next look whatever happened. A ref that was packed has no file; the first that moves it makes one.

import { type FSWatcher, statSync, watch } from 'node:fs'
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

/** Those who wait for the refs in a directory, by their names in it. */
interface Place {
  readonly waiting: Map<string, Set<() => void>>
  close(): void
}

/** Watches the refs of a repository. */
export function refWatch(gitDirectory: string): RefWatch {
  const places = new Map<string, Place>()

  function open(directory: string): Place {
    const path = join(gitDirectory, directory)
    const waiting: Place['waiting'] = new Map()
    let watched = watchDirectory(path, changed)
    // The file system may report nothing.
    const timer = setInterval(() => {
      // Git removes a directory whose refs were all packed, and makes another with the next ref.
      if (inodeOf(path) !== watched.inode) {
        watched.watcher?.close()
        watched = watchDirectory(path, changed)
      }
      changed(undefined)
    }, LOOK_AGAIN)

    function changed(name: string | undefined): void {
      // Git writes NAME.lock and renames it.
      if (name !== undefined) wake(waiting.get(name))
      else for (const each of waiting.values()) wake(each)
    }

    return {
      waiting,
      close() {
        clearInterval(timer)
        watched.watcher?.close()
      },
    }
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
        place.close()
      }
    },
  }
}

function wake(waiting: ReadonlySet<() => void> | undefined): void {
  if (waiting !== undefined) for (const seen of Array.from(waiting)) seen()
}

/** A directory that is watched; without a watcher if the system cannot watch it. */
interface Watched {
  readonly watcher: FSWatcher | undefined
  readonly inode: number | undefined
}

function watchDirectory(path: string, onChange: (name: string | undefined) => void): Watched {
  const inode = inodeOf(path)
  try {
    const watcher = watch(path, { persistent: false }, (_kind, name) => onChange(name ?? undefined))
    watcher.on('error', () => watcher.close())
    return { watcher, inode }
  } catch {
    return { watcher: undefined, inode }
  }
}

function inodeOf(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.ino
}
