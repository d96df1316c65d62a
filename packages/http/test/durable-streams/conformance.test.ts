/** The reading side of the Durable Streams protocol, by its own conformance tests, behind a proxy that writes. */
import type { AddressInfo } from 'node:net'
import { runConformanceTests } from '@durable-streams/server-conformance-tests'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KEPT } from '../patient.ts'
import { left, NOT_OURS } from './suite.ts'
import { writingProxy } from './writing-proxy.ts'

const LONG_POLL_MS = 1000

describe('the Durable Streams protocol', () => {
  const proxy = writingProxy(LONG_POLL_MS)
  // The tests read it when they run.
  const options = { baseUrl: '', longPollTimeoutMs: LONG_POLL_MS }

  beforeAll(async () => {
    proxy.server.keepAliveTimeout = KEPT
    await new Promise<void>((resolve) => {
      proxy.server.listen(0, '127.0.0.1', resolve)
    })
    options.baseUrl = `http://127.0.0.1:${(proxy.server.address() as AddressInfo).port}`
  })
  afterAll(async () => {
    proxy.server.closeAllConnections()
    proxy.server.close()
    await proxy.close()
  })

  runConformanceTests(options)

  test('has every group and test that is left out here', () => {
    expect([...left].toSorted()).toEqual(Object.keys(NOT_OURS).toSorted())
  })
})
