export default function StaffPage() {
  return <h1>Orders</h1>
}
