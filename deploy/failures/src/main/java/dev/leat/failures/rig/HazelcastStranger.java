package dev.leat.failures.rig;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.core.DistributedObject;
import com.hazelcast.core.Hazelcast;
import com.hazelcast.core.HazelcastInstance;
import com.hazelcast.topic.ITopic;
import java.util.List;
import java.util.Queue;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * A real Hazelcast member that nobody invited: it knows the cluster's name, joins the group, says
 * that it is one of the nodes, listens to all that is said, and says much itself.
 */
public final class HazelcastStranger implements AutoCloseable {
  private static final String WAKE = "wake";
  private static final int SHOUTS = 2_000;
  private static final String PARTITIONS = "11";

  private final HazelcastInstance member;
  private final Queue<Object> heard = new ConcurrentLinkedQueue<>();

  /**
   * @param at a member's address and port
   * @param poses the node that it says it is
   */
  public HazelcastStranger(String at, String poses) {
    Config config = new Config().setClusterName("leat");
    config.setProperty("hazelcast.logging.type", "slf4j");
    config.setProperty("hazelcast.phone.home.enabled", "false");
    config.setProperty("hazelcast.partition.count", PARTITIONS); // else it is not let in
    config.getMetricsConfig().setEnabled(false);
    config.getMemberAttributeConfig().setAttribute("leat.node", poses);
    config.getMemberAttributeConfig().setAttribute("leat.incarnation", "999");
    config.getNetworkConfig().getInterfaces().setEnabled(true).addInterface("127.0.0.1");
    JoinConfig join = config.getNetworkConfig().getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    join.getTcpIpConfig().setEnabled(true).setMembers(List.of(at));
    member = Hazelcast.newHazelcastInstance(config);
    ITopic<Object> wakes = member.getTopic(WAKE);
    wakes.addMessageListener(message -> heard.add(message.getMessageObject()));
  }

  /** How many members it sees, itself among them. */
  public int members() {
    return member.getCluster().getMembers().size();
  }

  /** Wakes everybody for nothing, and puts something where anybody could find it. */
  public void shout() {
    ITopic<Object> wakes = member.getTopic(WAKE);
    for (int i = 0; i < SHOUTS; i++) {
      wakes.publish(i);
    }
    member.getMap("functions").put("load/quick", "a stranger's");
  }

  /** The names of all that the group shares, but what the stranger has made itself. */
  public String objects() {
    TreeSet<String> names = new TreeSet<>();
    for (DistributedObject object : member.getDistributedObjects()) {
      if (!object.getName().equals("functions")) {
        names.add(object.getName());
      }
    }
    return names.toString();
  }

  /** What others said that is no number. */
  public List<Object> words() {
    return heard.stream().filter(word -> !(word instanceof Integer)).toList();
  }

  /** Leaves without a word. */
  @Override
  public void close() {
    member.getLifecycleService().terminate();
  }
}
