// Sliding tiles as a machine: eight tiles and a gap, dealt by the input of the run. The run is done when they are in
// order.

import { defineMachine, type Machine, refuse, to } from '@xmachines/core'

/** Nine places in rows of three; 0 is the gap. */
export type Tiles = readonly number[]

/** A game, in play or solved. */
export type Game =
  | { readonly at: 'playing'; readonly tiles: Tiles; readonly moves: number }
  | { readonly at: 'solved'; readonly tiles: Tiles; readonly moves: number }

/** A tile moves into the gap. */
export type GameEvent = { readonly type: 'MOVE'; readonly tile: number }

/** The first order of the tiles. */
export interface Deal {
  readonly tiles: Tiles
}

const inOrder: Tiles = [1, 2, 3, 4, 5, 6, 7, 8, 0]

export const tiles: Machine<Game, GameEvent, never, Deal> = defineMachine<Game, GameEvent, never, Deal>({
  name: 'tiles',
  version: '1',
  initial: ({ tiles: dealt }) => {
    if (dealt.length !== inOrder.length || !inOrder.every((tile) => dealt.includes(tile))) {
      refuse('A deal must contain the tiles 1 to 8 and a gap, 0.')
    }
    return { at: 'playing', tiles: dealt, moves: 0 }
  },
  states: {
    playing: {
      MOVE: to(['playing', 'solved'], (game, { tile }) => {
        const [from, gap] = [game.tiles.indexOf(tile), game.tiles.indexOf(0)]
        if (!areBeside(from, gap)) refuse(`Tile ${tile} is not next to the gap.`)
        const moved = game.tiles.with(gap, tile).with(from, 0)
        const at = moved.join() === inOrder.join() ? 'solved' : 'playing'
        return { at, tiles: moved, moves: game.moves + 1 }
      }),
    },
    solved: {},
  },
  final: ['solved'],
})

function areBeside(one: number, other: number): boolean {
  if (one < 0) return false
  const [across, down] = [Math.abs((one % 3) - (other % 3)), Math.abs(Math.floor(one / 3) - Math.floor(other / 3))]
  return across + down === 1
}
