import { fireEvent, render, screen } from '@testing-library/react'
import { DoorPanel } from './door-panel'

test('a click opens the door', () => {
  render(<DoorPanel />)
  fireEvent.click(screen.getByRole('button', { name: 'closed' }))
  expect(screen.getByRole('button').textContent).toBe('open')
})
