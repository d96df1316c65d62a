// Delta debugging: the fewest items that still show something, as far as leaving out parts of them finds.

/**
 * Leaves out parts of a list as long as the rest shows what it did. In the end no single item can be left out. Fewer items
 * may show it all the same, in a selection that was not tried.
 * @param shows whether a list shows it; it is not asked about the whole
 */
export function shrink<Item>(items: readonly Item[], shows: (items: readonly Item[]) => boolean): readonly Item[] {
  let kept = items
  let size = Math.max(1, Math.ceil(items.length / 2))
  for (;;) {
    const { length } = kept
    for (let at = 0; at < kept.length; ) {
      const without = [...kept.slice(0, at), ...kept.slice(at + size)]
      if (shows(without)) kept = without
      else at += size
    }
    if (size > 1) size = Math.ceil(size / 2)
    else if (kept.length === length) return kept
  }
}
