package dev.leat.worker.capability.http;

import dev.leat.contract.AddressRange;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which addresses are those of servers that anybody may reach: not of this machine, of a private
 * network, of a cloud's metadata, of many, or of nobody (RFC 6890 and IANA's registries of special
 * addresses).
 */
final class PublicAddresses {
  private static final List<AddressRange> NOT_PUBLIC =
      Stream.of(
              "0.0.0.0/8", // this network
              "10.0.0.0/8", // private
              "100.64.0.0/10", // carriers' address translation; some clouds' metadata
              "127.0.0.0/8", // loopback
              "168.63.129.16", // what Azure's machines are told by, though it looks public
              "169.254.0.0/16", // link-local; most clouds' metadata
              "172.16.0.0/12", // private
              "192.0.0.0/24", // protocols; some clouds' metadata
              "192.0.2.0/24", // documentation
              "192.88.99.0/24", // relays of 6to4
              "192.168.0.0/16", // private
              "198.18.0.0/15", // benchmarks
              "198.51.100.0/24", // documentation
              "203.0.113.0/24", // documentation
              "224.0.0.0/4", // multicast
              "240.0.0.0/4", // of the future; broadcast
              "[2001::]/23", // protocols, Teredo's tunnels among them
              "[2001:db8::]/32", // documentation
              "[2002::]/16", // 6to4: an IPv4 address within, which a router here may take out
              "[3fff::]/20") // documentation
          .map(PublicAddresses::range)
          .toList();

  /** What is given to servers in all of IPv6. */
  private static final AddressRange UNICAST = range("[2000::]/3");

  /** An IPv4 address within, which the network's NAT64 takes out (RFC 6052). */
  private static final AddressRange NAT64 = range("[64:ff9b::]/96");

  private static final int IPV4_BYTES = 4;

  private PublicAddresses() {}

  private static AddressRange range(String text) {
    return AddressRange.of(text).orElseThrow(() -> new IllegalArgumentException(text));
  }

  static boolean isPublic(InetAddress address) {
    InetAddress reached = reached(address);
    return (reached.getAddress().length == IPV4_BYTES || UNICAST.contains(reached, 0))
        && NOT_PUBLIC.stream().noneMatch(range -> range.contains(reached, 0));
  }

  /** Whose packets it are in the end: the address within, where there is one. */
  static InetAddress reached(InetAddress address) {
    return NAT64.contains(address, 0) ? last(address) : of(address.getAddress());
  }

  private static InetAddress last(InetAddress address) {
    byte[] bytes = address.getAddress();
    return of(Arrays.copyOfRange(bytes, bytes.length - IPV4_BYTES, bytes.length));
  }

  /** Without a name; an IPv4 address that is mapped into IPv6 as the IPv4 address. */
  private static InetAddress of(byte[] bytes) {
    try {
      return InetAddress.getByAddress(bytes);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("An address has 4 or 16 bytes", e);
    }
  }
}
