/**
 * Types `exports` of `cloudflare:workers`, by which tests call the deployed worker. Only tests use it, and nothing may
 * import it: `index.ts` imports everything.
 */
declare namespace Cloudflare {
  interface GlobalProps {
    mainModule: typeof import("../index.ts");
  }
}
