import Link from 'next/link'

export default function NotFound() {
  return (
    <div className="empty">
      <h1>There is nothing here.</h1>
      <p>The shop does not know this order. Is its link complete?</p>
      <Link className="button" href="/">
        To the lamps
      </Link>
    </div>
  )
}
