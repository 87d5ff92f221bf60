package dev.leat.contract;

import java.net.InetAddress;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Addresses that begin with the same bits, at one port or at all.
 *
 * @param base the first of them; what is behind its bits does not count
 * @param bits how many are the same
 * @param port 0 for all
 */
public record AddressRange(InetAddress base, int bits, int port) {
  /** For messages. */
  public static final String FORM =
      "an address such as 10.1.2.3, 10.1.0.0/16, 10.1.2.3:8443 or [fd00::]/8";

  /** What a configuration file may have; {@link #of} says for sure. */
  public static final String PATTERN =
      "[0-9.]{7,15}(/[0-9]{1,2})?(:[0-9]{1,5})?|\\[[0-9a-fA-F:.]{2,45}](/[0-9]{1,3})?(:[0-9]{1,5})?";

  private static final String BYTE = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  private static final Pattern WRITTEN =
      Pattern.compile(
          "(?:("
              + BYTE
              + "(?:\\."
              + BYTE
              + "){3})|\\[([0-9a-fA-F:.]{2,45})])"
              + "(?:/([0-9]{1,3}))?(?::([1-9][0-9]{0,4}))?");
  private static final int PORT_MAX = 65_535;

  public AddressRange {
    if (bits < 0 || bits > base.getAddress().length * Byte.SIZE) {
      throw new IllegalArgumentException("bits must be those of an address, was " + bits);
    }
    if (port < 0 || port > PORT_MAX) {
      throw new IllegalArgumentException("port must be 0-65535, was " + port);
    }
  }

  /** The range that is written so; empty if it is none. Looks up no name. */
  public static Optional<AddressRange> of(String text) {
    Matcher matcher = WRITTEN.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    try {
      boolean isV4 = matcher.group(1) != null;
      InetAddress base = InetAddress.ofLiteral(isV4 ? matcher.group(1) : matcher.group(2));
      int most = base.getAddress().length * Byte.SIZE;
      int bits = matcher.group(3) == null ? most : Integer.parseInt(matcher.group(3));
      int port = matcher.group(4) == null ? 0 : Integer.parseInt(matcher.group(4));
      return isV4 || most == 128
          ? Optional.of(new AddressRange(base, bits, port))
          : Optional.empty(); // an IPv4 address in brackets is written without
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  /** Whether this port of the address is among them. */
  public boolean contains(InetAddress address, int at) {
    return (port == 0 || port == at) && contains(address.getAddress());
  }

  private boolean contains(byte[] address) {
    byte[] first = base.getAddress();
    if (address.length != first.length) {
      return false;
    }
    int whole = bits / Byte.SIZE;
    for (int i = 0; i < whole; i++) {
      if (address[i] != first[i]) {
        return false;
      }
    }
    int rest = bits % Byte.SIZE;
    return rest == 0 || ((address[whole] ^ first[whole]) & 0xff) >>> (Byte.SIZE - rest) == 0;
  }

  /** As users write it. */
  @Override
  public String toString() {
    String host = base.getHostAddress();
    boolean isWhole = bits == base.getAddress().length * Byte.SIZE;
    return (host.indexOf(':') < 0 ? host : "[" + host + "]")
        + (isWhole ? "" : "/" + bits)
        + (port == 0 ? "" : ":" + port);
  }
}
