package dev.leat.worker.capability.http;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** The addresses of names, as the network's servers have them now. Never blocks; any thread. */
@FunctionalInterface
public interface NameLookup extends AutoCloseable {
  /**
   * @param host a name in small letters
   * @return at least one address; fails if there is none. May be completed on any thread
   */
  CompletionStage<List<InetAddress>> addresses(String host);

  @Override
  default void close() {}
}
