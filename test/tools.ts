/** Outside tools a test needs: told by name when missing, and a failure where REQUIRE_TOOLS=1 says they must be there. */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
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

/** @returns the folder of the published StUF-GGk package; null where OFFICIAL_DIR is not set, or none stands beside it */
export function publishedGgk (): string | null {
  const folder = join(process.env['OFFICIAL_DIR'] ?? '', '..', '..', 'transport', 'official', 'ggk0210')
  return process.env['OFFICIAL_DIR'] !== undefined && existsSync(folder) ? folder : null
}

/** @returns the same folder; where there is none, the test is marked skipped with the reason */
export function needPublishedGgk (t: TestContext): string | null {
  const folder = publishedGgk()
  if (folder === null) t.skip('OFFICIAL_DIR is not set, or no StUF-GGk package stands beside it')
  return folder
}
