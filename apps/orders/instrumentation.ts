// What a server does when it starts: it opens the host, so that what an earlier one left undone goes on before anybody asks.

export async function register(): Promise<void> {
  if (process.env['NEXT_RUNTIME'] !== 'nodejs') return
  const { shop } = await import('./server/shop.ts')
  await shop()
}
