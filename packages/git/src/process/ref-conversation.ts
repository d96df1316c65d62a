// A conversation about refs. Git keeps what packed-refs said, and reads it again only if the size, the inode or the second
// of a time of the file changed. If refs are packed twice within a second, the new file may have all of them of the old one.
// A git that keeps running then believes where refs were, and even moves them from there. Only this file knows that: it
// replaces the process if the exact times of packed-refs changed.

import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type Conversation, type ConversationOptions, converse } from './conversation.ts'

/** What to run, and where its refs are. */
export interface RefConversationOptions<Question, Answer> extends ConversationOptions<Question, Answer> {
  readonly gitDirectory: string
}

/** A conversation with a git whose answers depend on refs. */
export interface RefConversation<Question, Answer> extends Conversation<Question, Answer> {
  /** Asks what depends on where a ref points; asks again if the answer may be old. */
  askAboutRef(question: Question): Promise<Answer>
  /** Replaces the process if it may believe where refs were. For questions that cannot be asked again. */
  refresh(): void
}

/** A conversation about the refs of a repository. */
export function converseAboutRefs<Question, Answer>(
  options: RefConversationOptions<Question, Answer>,
): RefConversation<Question, Answer> {
  const path = join(options.gitDirectory, 'packed-refs')
  let current = begin()

  /** The file is looked at before the process starts: what that one reads is never older. */
  function begin(): { readonly packedRefs: string; readonly conversation: Conversation<Question, Answer> } {
    return { packedRefs: exactly(path), conversation: converse(options) }
  }

  function refresh(): void {
    if (exactly(path) === current.packedRefs) return
    current.conversation.close()
    current = begin()
  }

  return {
    ask: (question) => current.conversation.ask(question),
    async askAboutRef(question) {
      for (;;) {
        const { packedRefs, conversation } = current
        const answer = await conversation.ask(question)
        if (exactly(path) === packedRefs) return answer
        refresh()
      }
    },
    refresh,
    close: () => current.conversation.close(),
  }
}

/** Which version of a file is there. Looked at without waiting: a thread of the pool may be syncing a pack. */
function exactly(path: string): string {
  try {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
    return stats === undefined ? '' : [stats.ino, stats.size, stats.mtimeNs, stats.ctimeNs].join()
  } catch {
    // Git says what is wrong with it.
    return ''
  }
}
