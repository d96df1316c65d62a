import { version } from 'react'
import { version as domVersion } from 'react-dom'
import { expect, test } from 'vitest'

test('these tests run on the version of React that their project names', () => {
  expect([version, domVersion].map((each) => each.split('.')[0])).toEqual([
    process.env['REACT_MAJOR'],
    process.env['REACT_MAJOR'],
  ])
})
