/** Outside tools a test needs: told by name when missing, and a failure where REQUIRE_TOOLS=1 says they must be there. */
import { spawnSync } from 'node:child_process'
import type { TestContext } from 'node:test'

/**
 * @param tool the program's name on the path @param aptPackage what brings it on Debian
 * @returns whether it is there; when not, the test is marked skipped with the reason, or fails under REQUIRE_TOOLS=1
 */
export function needTool (t: TestContext, tool: string, aptPackage: string): boolean {
  if (spawnSync('sh', ['-c', 'command -v "$0"', tool]).status === 0) return true
  const reason = `${tool} is missing: apt-get install ${aptPackage}`
  if (process.env.REQUIRE_TOOLS === '1') throw new Error(reason)
  t.skip(reason)
  return false
}
