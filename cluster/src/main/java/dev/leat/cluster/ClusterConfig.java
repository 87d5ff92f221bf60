package dev.leat.cluster;

import dev.leat.contract.Setting;
import java.time.Duration;

/**
 * How a node is one of a cluster.
 *
 * @param name of the cluster; members of another are not joined
 * @param memberPort where its Hazelcast member listens; 0 for any free one
 * @param drainNotice how long a node that is told to stop serves on, so that load balancers learn
 *     of it: twice what many of them wait between two looks at {@code /health/ready}
 * @param kubernetes how members are found there
 */
public record ClusterConfig(
    @Setting(
            key = "name",
            doc = "of the cluster; the same on each of its nodes",
            form = "be 1-63 characters of a-z, 0-9 and '-', starting with a letter",
            pattern = "[a-z][a-z0-9-]{0,62}")
        String name,
    @Setting(
            key = "member-port",
            doc = "where the Hazelcast member listens; 0 for any free port",
            max = 65_535)
        int memberPort,
    @Setting(
            key = "drain-notice-seconds",
            doc = "how long a node that is told to stop serves on, while `/health/ready` says 503",
            max = 300,
            unit = Setting.Unit.SECONDS)
        Duration drainNotice,
    @Setting(key = "kubernetes") Kubernetes kubernetes) {
  public static final ClusterConfig DEFAULT =
      new ClusterConfig("leat", 0, Duration.ofSeconds(2), new Kubernetes("", "", ""));

  public ClusterConfig {
    if (kubernetes.isUsed() && memberPort == 0) {
      throw new IllegalArgumentException(
          "kubernetes finds members by the port that all of them have; set member-port, to 5701"
              + " for example");
    }
  }

  /** The same with its member there. */
  public ClusterConfig withMemberPort(int other) {
    return new ClusterConfig(name, other, drainNotice, kubernetes);
  }

  /**
   * Hazelcast's discovery in Kubernetes; used if one of the first two is set.
   *
   * @param serviceDns the name of a headless service, whose addresses are the members'
   * @param serviceName a service, of whose pods the Kubernetes API is asked
   * @param namespace of that service; empty for the pod's own
   */
  public record Kubernetes(
      @Setting(
              key = "service-dns",
              doc = "the DNS name of a headless service, whose addresses are the members'",
              standard = "not used",
              form = "be a DNS name",
              pattern = "[A-Za-z0-9.-]{0,253}")
          String serviceDns,
      @Setting(
              key = "service-name",
              doc = "instead of it, a service of whose pods the Kubernetes API is asked",
              standard = "not used",
              form = "be the name of a service",
              pattern = "[a-z0-9-]{0,63}")
          String serviceName,
      @Setting(
              key = "namespace",
              doc = "of that service",
              standard = "the pod's own",
              form = "be the name of a namespace",
              pattern = "[a-z0-9-]{0,63}")
          String namespace) {
    public Kubernetes {
      if (!serviceDns.isEmpty() && !serviceName.isEmpty()) {
        throw new IllegalArgumentException(
            "service-dns and service-name are two ways to find members; set one of them");
      }
      if (!namespace.isEmpty() && serviceName.isEmpty()) {
        throw new IllegalArgumentException("namespace is of no use without service-name");
      }
    }

    public boolean isUsed() {
      return !serviceDns.isEmpty() || !serviceName.isEmpty();
    }
  }
}
