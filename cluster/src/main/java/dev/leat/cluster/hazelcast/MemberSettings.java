package dev.leat.cluster.hazelcast;

import com.hazelcast.config.AdvancedNetworkConfig;
import com.hazelcast.config.ClassFilter;
import com.hazelcast.config.Config;
import com.hazelcast.config.JavaSerializationFilterConfig;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.KubernetesConfig;
import com.hazelcast.config.MemberAttributeConfig;
import com.hazelcast.config.ServerSocketEndpointConfig;
import com.hazelcast.config.TopicConfig;
import com.hazelcast.spi.discovery.integration.DiscoveryService;
import com.hazelcast.spi.properties.ClusterProperty;
import com.hazelcast.spi.properties.HazelcastProperty;
import dev.leat.cluster.ClusterConfig;
import dev.leat.cluster.Member;
import java.io.IOException;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.util.Map;
import java.util.Optional;

/**
 * A member as small as it can be. It is a lite member: it holds no data, so that whoever opens a
 * map in the cluster keeps that in its own memory. It speaks with members alone: no clients, no
 * REST, no multicast. It reads no Java objects.
 */
final class MemberSettings {
  static final String WAKE = "wake";
  static final String BROADCAST = "broadcast";
  static final String NAME = "leat.node";
  static final String INCARNATION = "leat.incarnation";

  /** What waits to be handed to listeners: a wake is as good as a thousand. */
  private static final int EVENTS_MAX = 1_000;

  private static final Map<HazelcastProperty, Object> PROPERTIES =
      Map.ofEntries(
          Map.entry(ClusterProperty.LOGGING_TYPE, "slf4j"),
          Map.entry(ClusterProperty.PHONE_HOME_ENABLED, false),
          Map.entry(ClusterProperty.SHUTDOWNHOOK_ENABLED, false),
          Map.entry(ClusterProperty.HEALTH_MONITORING_LEVEL, "OFF"),
          Map.entry(ClusterProperty.SLOW_OPERATION_DETECTOR_ENABLED, false),
          // Start: with whom is there, at once.
          Map.entry(ClusterProperty.DISCOVERY_SPI_ENABLED, true),
          Map.entry(ClusterProperty.WAIT_SECONDS_BEFORE_JOIN, 0),
          Map.entry(ClusterProperty.MAX_WAIT_SECONDS_BEFORE_JOIN, 0),
          Map.entry(ClusterProperty.MAX_JOIN_SECONDS, 20),
          Map.entry(ClusterProperty.GRACEFUL_SHUTDOWN_MAX_WAIT, 3),
          Map.entry(ClusterProperty.SOCKET_SERVER_BIND_ANY, false),
          Map.entry(ClusterProperty.SOCKET_CONNECT_TIMEOUT_SECONDS, 2),
          // A member that is not heard of for five seconds has left, as its claim has lapsed then.
          Map.entry(ClusterProperty.HEARTBEAT_INTERVAL_SECONDS, 1),
          Map.entry(ClusterProperty.MAX_NO_HEARTBEAT_SECONDS, 5),
          Map.entry(ClusterProperty.MASTERSHIP_CLAIM_TIMEOUT_SECONDS, 5),
          Map.entry(ClusterProperty.MEMBER_LIST_PUBLISH_INTERVAL_SECONDS, 5),
          // A split cluster looks for its other part so often.
          Map.entry(ClusterProperty.MERGE_FIRST_RUN_DELAY_SECONDS, 5),
          Map.entry(ClusterProperty.MERGE_NEXT_RUN_DELAY_SECONDS, 5),
          // Threads: there is next to nothing to do.
          Map.entry(ClusterProperty.IO_THREAD_COUNT, 1),
          Map.entry(ClusterProperty.IO_BALANCER_INTERVAL_SECONDS, 0),
          Map.entry(ClusterProperty.PARTITION_OPERATION_THREAD_COUNT, 1),
          Map.entry(ClusterProperty.GENERIC_OPERATION_THREAD_COUNT, 2),
          Map.entry(ClusterProperty.RESPONSE_THREAD_COUNT, 1),
          Map.entry(ClusterProperty.EVENT_THREAD_COUNT, 1),
          Map.entry(ClusterProperty.EVENT_QUEUE_CAPACITY, EVENTS_MAX),
          Map.entry(ClusterProperty.PARTITION_COUNT, 11));

  private MemberSettings() {}

  static Config of(ClusterConfig cluster, Member self, DiscoveryService addresses) {
    Config config = new Config();
    config.setClusterName(cluster.name());
    config.setInstanceName(self.name() + "#" + self.incarnation());
    config.setLiteMember(true);
    PROPERTIES.forEach(
        (property, value) -> config.setProperty(property.getName(), value.toString()));
    config.setMemberAttributeConfig(
        new MemberAttributeConfig()
            .setAttribute(NAME, self.name())
            .setAttribute(INCARNATION, Long.toString(self.incarnation())));
    config.setAdvancedNetworkConfig(network(cluster, self, addresses));
    config.getSerializationConfig().setJavaSerializationFilterConfig(nothing());
    config.getMetricsConfig().setEnabled(false);
    config.addTopicConfig(new TopicConfig(WAKE).setStatisticsEnabled(false));
    config.addTopicConfig(new TopicConfig(BROADCAST).setStatisticsEnabled(false));
    return config;
  }

  private static AdvancedNetworkConfig network(
      ClusterConfig cluster, Member self, DiscoveryService addresses) {
    ServerSocketEndpointConfig endpoint = new ServerSocketEndpointConfig();
    endpoint.setPort(cluster.memberPort()).setPortAutoIncrement(false);
    ownAddress(self.clusterHost())
        .ifPresent(address ->
            endpoint.getInterfaces().setEnabled(true).addInterface(address.getHostAddress()));
    return new AdvancedNetworkConfig()
        .setEnabled(true)
        .setMemberEndpointConfig(endpoint)
        .setJoin(join(cluster, addresses));
  }

  /** The address at which the others reach this node, if it is one of this machine's. */
  static Optional<InetAddress> ownAddress(String host) {
    try {
      InetAddress address = InetAddress.getByName(host);
      return !address.isAnyLocalAddress() && NetworkInterface.getByInetAddress(address) != null
          ? Optional.of(address)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // it has no such name; Hazelcast chooses
    }
  }

  private static JoinConfig join(ClusterConfig cluster, DiscoveryService addresses) {
    JoinConfig join = new JoinConfig();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(false);
    ClusterConfig.Kubernetes kubernetes = cluster.kubernetes();
    if (kubernetes.isUsed()) {
      KubernetesConfig there = join.getKubernetesConfig().setEnabled(true);
      setUnlessEmpty(there, "service-dns", kubernetes.serviceDns());
      setUnlessEmpty(there, "service-name", kubernetes.serviceName());
      setUnlessEmpty(there, "namespace", kubernetes.namespace());
      there.setProperty("service-port", Integer.toString(cluster.memberPort()));
    } else {
      join.getDiscoveryConfig().setDiscoveryServiceProvider(settings -> addresses);
    }
    return join;
  }

  private static void setUnlessEmpty(KubernetesConfig config, String property, String value) {
    if (!value.isEmpty()) {
      config.setProperty(property, value);
    }
  }

  /** No class is read that Java's serialization writes: who sends one wants to run it here. */
  private static JavaSerializationFilterConfig nothing() {
    return new JavaSerializationFilterConfig()
        .setDefaultsDisabled(true)
        .setWhitelist(new ClassFilter().addClasses("none"));
  }
}
