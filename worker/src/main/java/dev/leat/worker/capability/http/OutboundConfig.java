package dev.leat.worker.capability.http;

import dev.leat.contract.AddressRange;
import dev.leat.contract.Setting;
import java.net.URI;
import java.util.List;

/**
 * How a node lets functions send HTTP requests.
 *
 * @param atOnce requests at the same moment, half of them of one tenant at the most
 * @param bodyBytes what the bodies of requests and answers may take, half of it for one tenant
 * @param connections that are open before no more are kept for later requests
 * @param privateAddresses that functions of every tenant may reach
 * @param proxy through which all go; empty for none
 */
public record OutboundConfig(
    @Setting(
            key = "at-once",
            doc = "HTTP requests of functions at the same moment, half of them of one tenant",
            min = 1,
            max = 100_000)
        int atOnce,
    @Setting(
            key = "bodies-mb",
            doc =
                "what the bodies of these requests and of their answers may take, half of it one"
                    + " tenant's",
            min = 16,
            max = 100_000,
            unit = Setting.Unit.MEBIBYTES)
        long bodyBytes,
    @Setting(
            key = "connections",
            doc =
                "connections to other servers that are open before no more are kept for later"
                    + " requests",
            min = 0,
            max = 100_000)
        int connections,
    @Setting(
            key = "private-addresses",
            doc =
                "a list of addresses of this machine or of private networks that functions of every"
                    + " tenant, and callbacks, may reach, such as"
                    + " `[\"10.1.0.0/16\", \"127.0.0.1:9000\"]`",
            standard = "none",
            form = "be " + AddressRange.FORM,
            pattern = AddressRange.PATTERN)
        List<String> privateAddresses,
    @Setting(
            key = "proxy",
            doc =
                "an HTTP proxy that all requests go through; it looks up names, and is to refuse"
                    + " private addresses",
            standard = "not used",
            form = "be http://HOST:PORT",
            pattern = "|http://[A-Za-z0-9.-]{1,253}:[1-9][0-9]{0,4}")
        String proxy) {
  /** At 1,000 requests with two sockets' buffers of 64 KiB each, 128 MB of the kernel's memory. */
  public static final OutboundConfig DEFAULT =
      new OutboundConfig(1_000, 64L << 20, 1_000, List.of(), "");

  private static final int PORT_MAX = 65_535;

  public OutboundConfig {
    privateAddresses = List.copyOf(privateAddresses);
    for (String address : privateAddresses) {
      if (AddressRange.of(address).isEmpty()) {
        throw new IllegalArgumentException(
            "private-addresses must each be " + AddressRange.FORM + ", was " + address);
      }
    }
    if (!proxy.isEmpty() && URI.create(proxy).getPort() > PORT_MAX) {
      throw new IllegalArgumentException("proxy names a port above " + PORT_MAX);
    }
  }

  /** The same with these private addresses to be reached by all. */
  public OutboundConfig withPrivate(String... addresses) {
    return new OutboundConfig(atOnce, bodyBytes, connections, List.of(addresses), proxy);
  }

  List<AddressRange> ranges() {
    return privateAddresses.stream().flatMap(text -> AddressRange.of(text).stream()).toList();
  }
}
