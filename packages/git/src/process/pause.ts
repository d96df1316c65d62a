// Waits between tries.

/** Lets others go first: longer with each try, and by chance, so that two do not stay in step. */
export async function pause(tries: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** tries))
}
