// Sliding tiles, as a picture and as a board to play on.

import type { Send } from '@xmachines/react'
import type { CSSProperties, ReactElement } from 'react'

import './tile-board.css'
import type { Game, GameEvent } from './tiles.ts'

/** A game to look at. */
export function TilePicture({ game }: { readonly game: Game }): ReactElement {
  return (
    <div
      className="tiles"
      data-at={game.at}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- it uses the colours of the page
      role="img"
      aria-label={`Tiles in the order ${inWords(game)}`}
    >
      {numbers.map((tile) => (
        <span key={tile} style={placeOf(game, tile)}>
          {tile}
        </span>
      ))}
    </div>
  )
}

interface TileBoardProps {
  readonly game: Game
  /** Undefined for a game in the past. */
  readonly send: Send<GameEvent> | undefined
}

/** A game to play: a pressed tile moves into the gap, or the move is refused. */
export function TileBoard({ game, send }: TileBoardProps): ReactElement {
  return (
    <>
      {send === undefined ? (
        <TilePicture game={game} />
      ) : (
        <fieldset className="tiles" data-at={game.at} aria-label="Tiles" disabled={game.at === 'solved'}>
          {numbers.map((tile) => (
            <button key={tile} type="button" style={placeOf(game, tile)} onClick={() => send({ type: 'MOVE', tile })}>
              {tile}
            </button>
          ))}
        </fieldset>
      )}
      <p className="tile-words">
        {game.at === 'solved' ? `Solved in ${game.moves} moves.` : `Moves so far: ${game.moves}.`}
      </p>
    </>
  )
}

const numbers = [1, 2, 3, 4, 5, 6, 7, 8]

function placeOf({ tiles }: Game, tile: number): CSSProperties {
  const place = tiles.indexOf(tile)
  return { translate: `${(place % 3) * 100}% ${Math.floor(place / 3) * 100}%` }
}

function inWords({ tiles }: Game): string {
  return tiles.map((tile) => (tile === 0 ? 'gap' : tile)).join(', ')
}
