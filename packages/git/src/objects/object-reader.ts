// Reads single objects, by oid or by ref, with one `git cat-file --batch` that keeps running.

import type { GitErrorDetails } from '../git-error.ts'
import { ASK_AGAIN, wasKilled } from '../process/conversation.ts'
import type { GitProgram } from '../process/git-program.ts'
import { OBJECT_PATIENCE } from '../process/patience.ts'
import { converseAboutRefs } from '../process/ref-conversation.ts'
import type { FormatName } from './object-id.ts'
import { corrupt, objectParser, type ReadObject, readFailure } from './object-stream.ts'

/** Objects that can be read. */
export interface ObjectSource {
  readonly format: FormatName
  /** The object that an oid or a full ref names; undefined if there is none. */
  read(name: string): Promise<ReadObject | undefined>
}

/** Reads objects of a repository. */
export interface ObjectReader extends ObjectSource {
  close(): void
}

/**
 * How often Git is asked for an object until it counts as missing. Git scans the packs again for each question, but only
 * once. If a repacking runs meanwhile, the scan may list the directory before the new pack is there, and open the old packs
 * after they were removed. It then finds neither.
 */
const MOST_ASKS = 3

/** A reader of single objects. Check names before: they become lines of its input. */
export function objectReader(
  git: GitProgram,
  { gitDirectory, format }: { readonly gitDirectory: string; readonly format: FormatName },
): ObjectReader {
  const conversation = converseAboutRefs<string, ReadObject>({
    git,
    gitDirectory,
    arguments: ['cat-file', '--batch'],
    encode: (name) => `${name}\n`,
    decoder: () => objectParser(format),
    patience: OBJECT_PATIENCE,
    onDeath(name, death) {
      if (death.startFailure !== undefined) throw death.startFailure
      if (death.hung) throw corrupt(name, `git gave no answer for ${OBJECT_PATIENCE / 1000} s when it was asked for it`)
      if (wasKilled(death) && !death.retried) return ASK_AGAIN
      throw readFailure('cat-file', { oid: name, ...death })
    },
  })
  return {
    format,
    async read(name) {
      const ask = name.startsWith('refs/') ? conversation.askAboutRef : conversation.ask
      for (let asks = 0; asks < MOST_ASKS; asks++) {
        const object = await ask(name)
        if (object.fault !== undefined) throw object.fault
        if (object.type !== 'missing') return object
      }
      return undefined
    },
    close: () => conversation.close(),
  }
}

/** Reads an object that must exist. */
export async function readNeeded(
  { read }: ObjectSource,
  oid: string,
  where: Pick<GitErrorDetails, 'run' | 'sequence'> = {},
): Promise<ReadObject> {
  const object = await read(oid)
  if (object === undefined) throw corrupt(oid, 'it is missing', where)
  return object
}
