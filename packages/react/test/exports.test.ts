// @vitest-environment node
import * as react from '@xmachines/react'
import { expect, test } from 'vitest'

test('the public names are these', () => {
  expect(Object.keys(react).sort()).toEqual([
    'createRunContext',
    'shallow',
    'useOutputs',
    'useRefusals',
    'useRun',
    'useSend',
    'useSnapshot',
  ])
})
