package dev.leat.tenants.budget;

import java.util.List;

/** The nodes of the cluster that let requests in. In memory; any thread. */
public interface Gateways {
  Gateway self();

  /** Those that are not lost, this one too, in the same order on each node. */
  List<Gateway> all();

  /**
   * @param node its name
   * @param incarnation higher with each start of a node of this name
   * @param serves whether it may let requests in already
   */
  record Gateway(String node, long incarnation, boolean serves) {}
}
