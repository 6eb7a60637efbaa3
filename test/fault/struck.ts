/** Runs the command with a store that ends the process at a named point, for tests: the module the gateway takes its store from is another one here. */
import { registerHooks } from 'node:module'

const store = new URL('striking.ts', import.meta.url).href

registerHooks({
  resolve: (specifier, context, next) => specifier === './store/store.ts' && context.parentURL?.endsWith('/src/gateway.ts') === true
    ? { url: store, format: 'module-typescript', shortCircuit: true }
    : next(specifier, context)
})
await import('../bin/run.ts')
