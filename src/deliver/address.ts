/** Which network addresses may be pushed to: the public internet, and what an operator has allowed besides. */
import { isIP } from 'node:net'
import ipaddr from 'ipaddr.js'

type Network = ReturnType<typeof ipaddr.parseCIDR>
const internet6 = ipaddr.parseCIDR('2000::/3')

const holds = ([network, bits]: Network, address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
  network.kind() === address.kind() && address.match(network, bits)

/** Ordinary unicast; of IPv6 only what is given out, for everything else there leads to somewhere by a special rule. */
const isPublic = (address: ipaddr.IPv4 | ipaddr.IPv6): boolean =>
  address.range() === 'unicast' && (address.kind() === 'ipv4' || holds(internet6, address))

/**
 * IPv6 addresses that stand for an IPv4 address (mapped, NAT64, 6to4, Teredo) are no public addresses, whatever they stand for.
 * @param networks CIDRs that may be reached although they are not public
 * @returns whether an address, as a resolver or a URL writes it, may be connected to
 * @throws Error when one of `networks` is no CIDR
 */
export function reachable (networks: readonly string[]): (address: string) => boolean {
  const allowed = networks.map(it => ipaddr.parseCIDR(it))
  return text => {
    if (isIP(text) === 0 || !ipaddr.isValid(text)) return false
    const address = ipaddr.parse(text)
    return isPublic(address) || allowed.some(it => holds(it, address))
  }
}
