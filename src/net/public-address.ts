import { BlockList, isIP } from 'node:net';

/**
 * Ranges that no outbound request may reach (docs/threats.md 5.7). IPv4: the IANA special-purpose registry (RFC 6890 and its
 * updates) without the few entries that are globally reachable, plus multicast and the reserved top.
 */
const CLOSED_IPV4: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8], // "this network", unspecified
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT
  ['127.0.0.0', 8], // loopback
  ['168.63.129.16', 32], // a public number that answers as the host's own agent inside one large cloud
  ['169.254.0.0', 16], // link-local, cloud metadata
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // IETF protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // 6to4 relays
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarking
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
];

/**
 * IPv6: everything outside global unicast (2000::/3) is closed at one stroke, which covers unspecified, loopback, IPv4-mapped,
 * IPv4-compatible, NAT64 (both prefixes), discard, unique-local, link-local, site-local and multicast; then the special blocks inside.
 */
const CLOSED_IPV6: readonly (readonly [network: string, prefix: number])[] = [
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  ['2001::', 23], // IETF protocol assignments: Teredo, benchmarking, ORCHID
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4
  ['3fff::', 20], // documentation
];

// Two lists, not one: a mixed BlockList compares IPv4 addresses with IPv6 rules through their mapped form.
const closedIpv4 = new BlockList();
for (const [network, prefix] of CLOSED_IPV4) closedIpv4.addSubnet(network, prefix, 'ipv4');
const closedIpv6 = new BlockList();
for (const [network, prefix] of CLOSED_IPV6) closedIpv6.addSubnet(network, prefix, 'ipv6');

/** Whether an address is one that strangers on the public internet can have. Anything that is not an IP address is not public. */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !closedIpv4.check(address, 'ipv4');
    case 6:
      // A zone index belongs to a link, never to the public internet.
      return !address.includes('%') && !closedIpv6.check(address, 'ipv6');
    default:
      return false;
  }
}
