/** Put in the place of what opens the store of who serves, for tests: its calls are made in this thread, where they are counted. */
export { openStore as openServed } from '../../src/store/open.ts'
