package dev.leat.worker.capability.http;

import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The addresses of this machine, the public ones too: what listens on all of them is not for
 * functions, whatever stands between the machine and the world. Safe for several threads.
 */
final class OwnAddresses {
  private static final Logger LOG = LoggerFactory.getLogger(OwnAddresses.class);

  private volatile Set<InetAddress> all = Set.of();

  OwnAddresses() {
    read();
  }

  boolean contain(InetAddress address) {
    return all.contains(address);
  }

  /** Reads them again: interfaces come and go. Blocks for some milliseconds. */
  void read() {
    try {
      all =
          NetworkInterface.networkInterfaces()
              .flatMap(NetworkInterface::inetAddresses)
              .map(PublicAddresses::reached) // without the interface's name
              .collect(Collectors.toUnmodifiableSet());
    } catch (SocketException e) {
      LOG.warn("The addresses of this machine cannot be read", e);
    }
  }
}
