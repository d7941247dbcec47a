/**
 * IPv4 blocks that are not public unicast: the IANA IPv4 Special-Purpose Address Registry, whole, also where it
 * calls a block globally reachable (nobody's receiver lives in an anycast sink), plus multicast.
 */
export const specialIpv4: readonly string[] = [
  '0.0.0.0/8', // this network: RFC 791; 0.0.0.0/32 this host: RFC 1122
  '10.0.0.0/8', // private use: RFC 1918
  '100.64.0.0/10', // shared address space: RFC 6598
  '127.0.0.0/8', // loopback: RFC 1122
  '169.254.0.0/16', // link local: RFC 3927
  '172.16.0.0/12', // private use: RFC 1918
  '192.0.0.0/24', // IETF protocol assignments: RFC 6890; inside it RFC 7335, 7600, 7723, 8155, 8880
  '192.0.2.0/24', // documentation, TEST-NET-1: RFC 5737
  '192.31.196.0/24', // AS112-v4: RFC 7535
  '192.52.193.0/24', // AMT: RFC 7450
  '192.88.99.0/24', // deprecated 6to4 relay anycast: RFC 7526; 192.88.99.2/32 6a44: RFC 6751
  '192.168.0.0/16', // private use: RFC 1918
  '192.175.48.0/24', // direct delegation AS112: RFC 7534
  '198.18.0.0/15', // benchmarking: RFC 2544
  '198.51.100.0/24', // documentation, TEST-NET-2: RFC 5737
  '203.0.113.0/24', // documentation, TEST-NET-3: RFC 5737
  '224.0.0.0/4', // multicast: RFC 5771
  '240.0.0.0/4', // reserved: RFC 1112; 255.255.255.255/32 limited broadcast: RFC 919, RFC 8190
];

/** The only IPv6 range IANA has opened for global unicast: RFC 4291, RFC 3587. All outside it is refused unread. */
export const globalUnicastIpv6 = '2000::/3';

/** IPv6 blocks inside and outside 2000::/3: the IANA IPv6 Special-Purpose Address Registry, whole, and retired forms. */
export const specialIpv6: readonly string[] = [
  '::1/128', // loopback: RFC 4291
  '::/128', // unspecified: RFC 4291
  '::/96', // v4-compatible, retired: RFC 4291
  '::ffff:0:0/96', // v4-mapped: RFC 4291
  '::ffff:0:0:0/96', // v4-translated: RFC 2765
  '64:ff9b::/96', // NAT64 well-known prefix: RFC 6052
  '64:ff9b:1::/48', // NAT64 local use: RFC 8215
  '100::/64', // discard only: RFC 6666
  '100:0:0:1::/64', // dummy prefix: RFC 9780
  '2001::/23', // IETF protocol assignments: RFC 2928
  '2001::/32', // Teredo: RFC 4380, RFC 8190
  '2001:1::1/128', // port control anycast: RFC 7723
  '2001:1::2/128', // TURN anycast: RFC 8155
  '2001:1::3/128', // DNS-SD registration anycast: RFC 9665
  '2001:2::/48', // benchmarking: RFC 5180, RFC 1752
  '2001:3::/32', // AMT: RFC 7450
  '2001:4:112::/48', // AS112-v6: RFC 7535
  '2001:10::/28', // deprecated ORCHID: RFC 4843
  '2001:20::/28', // ORCHIDv2: RFC 7343
  '2001:30::/28', // drone remote identification: RFC 9374
  '2001:db8::/32', // documentation: RFC 3849
  '2002::/16', // 6to4: RFC 3056
  '2620:4f:8000::/48', // direct delegation AS112: RFC 7534
  '3ffe::/16', // 6bone, returned: RFC 3701
  '3fff::/20', // documentation: RFC 9637
  '5f00::/16', // segment routing identifiers: RFC 9602
  'fc00::/7', // unique local: RFC 4193, RFC 8190
  'fe80::/10', // link local: RFC 4291
  'fec0::/10', // site local, retired: RFC 3879
  'ff00::/8', // multicast: RFC 4291
];

/**
 * Where clouds keep a machine's credentials and their own resolvers. Some are public unicast, some lie in ranges an
 * operator may well allow, so they are a list of their own: only an allow-list entry for the very address opens one.
 */
export const cloudMetadata: readonly string[] = [
  '169.254.169.254', // AWS, Azure, Google, DigitalOcean, Oracle, OpenStack
  '169.254.169.253', // AWS resolver
  '169.254.169.123', // AWS time
  '169.254.170.2', // AWS ECS task credentials
  '169.254.170.23', // AWS EKS pod identity
  '169.254.42.42', // Scaleway
  '169.254.0.23', // Tencent
  '168.63.129.16', // Azure wire server: public unicast by its number
  '100.100.100.200', // Alibaba: inside the shared address space that overlay networks use
  '192.0.0.192', // Oracle Classic
  'fd00:ec2::254', // AWS
  'fd00:ec2::253', // AWS resolver
  'fd00:ec2::23', // AWS EKS pod identity
  'fd20:ce::254', // Google
  'fd00:42::42', // Scaleway
  'fe80::a9fe:a9fe', // OpenStack
];
