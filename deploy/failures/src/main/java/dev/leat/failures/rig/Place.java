package dev.leat.failures.rig;

import java.util.List;
import java.util.Map;

/**
 * Where a node's process runs.
 *
 * @param address what it listens on, and where others reach it
 * @param databaseAddress where it reaches the database
 * @param prefix what goes before its command; must replace itself by the command, so that the
 *     process is the node's own
 * @param environment more of it
 */
public record Place(
    String address, String databaseAddress, List<String> prefix, Map<String, String> environment) {
  private static final String LOOPBACK = "127.0.0.1";

  public static final Place HERE = new Place(LOOPBACK, LOOPBACK, List.of(), Map.of());

  public Place {
    prefix = List.copyOf(prefix);
    environment = Map.copyOf(environment);
  }

  /** The same with more of an environment. */
  public Place with(Map<String, String> more) {
    return new Place(address, databaseAddress, prefix, more);
  }
}
