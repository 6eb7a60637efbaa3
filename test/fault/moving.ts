/** Runs the command with a move that ends its own process at the step STRIKE names, for tests: the module it takes the move from is another one here. */
import { registerHooks } from 'node:module'

const store = new URL('moved.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) => specifier === '../src/store/store.ts' && context.parentURL?.endsWith('/bin/move.ts') === true
    ? { url: store, format: 'module-typescript', shortCircuit: true }
    : next(specifier, context)
})
await import('../bin/run.ts')
