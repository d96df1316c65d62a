/** Lets others go first, longer each time and not in step with them. */
export async function pause(tries: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * 2 ** tries))
}
