// @vitest-environment node
import { version } from 'react'
import { version as domVersion } from 'react-dom'
import { expect, test } from 'vitest'

test('these tests run on the version of React that their project names', () => {
  const named = process.env['REACT_VERSION']
  expect([version, domVersion].map((each) => each.split('.').slice(0, 2).join('.'))).toEqual([named, named])
})
