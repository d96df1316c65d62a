// Whether anything says if this is production: a bundler that replaces `process.env.NODE_ENV`, or a platform that has it. A
// page without a bundler has neither, and counts as production. Ask for development in this way, and no other:
//
//   hasMode ? process.env.NODE_ENV !== 'production' : false
//
// Bundlers for production find `false` in both branches and drop what depends on it. They cannot do so with `&&`.
// Only `development.ts` asks for less: nobody calls it in production. The walks over data take the
// constant below.

/**
 * Whether this is development, for what asks for each event: Node's environment is slow to read. It is the first constant of
 * the file, because a bundler such as esbuild inlines the value of no other.
 */
export const development: boolean = /* @__PURE__ */ canReadMode() ? process.env.NODE_ENV !== 'production' : false

declare const process: { readonly env: { readonly NODE_ENV?: string } }

/** Whether `process.env.NODE_ENV` can be read. */
export const hasMode: boolean = /* @__PURE__ */ canReadMode()

function canReadMode(): boolean {
  try {
    void process.env.NODE_ENV
    return true
  } catch {
    return false
  }
}
