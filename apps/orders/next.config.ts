import { withXMachines } from '@xmachines/http/next'
import type { NextConfig } from 'next'

const config: NextConfig = {
  // The types are checked by `tsc`, which is quicker than that of the build.
  typescript: { ignoreBuildErrors: true },
  poweredByHeader: false,
}

export default withXMachines(config)
