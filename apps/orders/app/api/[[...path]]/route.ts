import { routeHandlers } from '@xmachines/http/next'
import { permission } from '../../../server/permission.ts'
import { shop } from '../../../server/shop.ts'

export const { GET, HEAD, OPTIONS, PATCH, POST } = routeHandlers(async () => (await shop()).host, {
  base: '/api',
  ...permission,
})
