/**
 * 80, 443 and anything from 1024 up that is not another protocol's usual port: an HTTP request can be crafted to
 * mean something to those. Names from the Fetch standard's "bad ports", databases, brokers and control planes.
 */
export function isPortAllowed(port: number): boolean {
  if (port < 1024) return port === 80 || port === 443;
  return port <= 65_535 && !otherProtocols.has(port);
}

const otherProtocols: ReadonlySet<number> = new Set([
  1433, // SQL Server
  1434,
  1521, // Oracle
  1719, // H.323
  1720,
  1723, // PPTP
  2049, // NFS
  2181, // ZooKeeper
  2375, // Docker
  2376,
  2377,
  2379, // etcd
  2380,
  3306, // MySQL
  3389, // RDP
  3659, // Apple SASL
  4045, // NPP
  4190, // ManageSieve
  5060, // SIP
  5061,
  5432, // Postgres
  5433,
  5672, // AMQP
  5900, // VNC
  5901,
  5984, // CouchDB
  5985, // WinRM
  5986,
  6000, // X11
  6379, // Redis
  6380,
  6432, // PgBouncer
  6443, // Kubernetes
  6566, // SANE
  6665, // IRC
  6666,
  6667,
  6668,
  6669,
  6679,
  6697,
  7000, // Cassandra
  7001,
  9042,
  9092, // Kafka
  9200, // Elasticsearch
  9300,
  10_080, // Amanda
  10_250, // kubelet
  10_255,
  11_211, // memcached
  26_379, // Redis Sentinel
  27_017, // MongoDB
  27_018,
  27_019,
]);
