import Link from 'next/link'

export default function NotFound() {
  return (
    <div className="empty">
      <h1>There is nothing here.</h1>
      <p>The shop has no such page, and no such order. Is the address complete?</p>
      <Link className="button" href="/">
        To the lamps
      </Link>
    </div>
  )
}
