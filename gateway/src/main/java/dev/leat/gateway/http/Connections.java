package dev.leat.gateway.http;

import io.netty.util.NetUtil;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.SocketAddress;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The connections of one event loop, and the bodies that are arriving on them. What waits for a
 * client is looked at now and then, and ends when the client takes too long. Confined to the event
 * loop.
 */
public final class Connections {
  /** How often {@link #look} is to be called. */
  public static final int LOOK_EVERY_MILLIS = 500;

  private static final int NETWORK_BYTES = 8;
  private static final HexFormat HEX = HexFormat.ofDelimiter(":");

  private final ConnectionLimits limits;
  private final ConnectionCounts counts;
  private final LongSupplier nanoTime;
  private final Map<HttpConnection, ClientConnection> open = new HashMap<>();
  private final Set<BodyReader<?>> arriving = new HashSet<>();

  /**
   * @param counts of all event loops
   * @param nanoTime as {@link System#nanoTime}
   */
  public Connections(ConnectionLimits limits, ConnectionCounts counts, LongSupplier nanoTime) {
    this.limits = limits;
    this.counts = counts;
    this.nanoTime = nanoTime;
  }

  /** Takes a new connection in, or closes it. */
  public void opened(HttpConnection connection) {
    String address = address(connection.remoteAddress());
    if (!counts.opened(address)) {
      var unused = connection.close();
      return;
    }
    open.put(connection, new ClientConnection(connection, address, nanoTime.getAsLong()));
    connection.closeHandler(closed -> {
      if (open.remove(connection) != null) {
        counts.closed(address);
      }
    });
  }

  /** The connection on which a request has come. */
  public ClientConnection begin(HttpServerRequest request) {
    ClientConnection connection = of(request);
    connection.begin(request);
    return connection;
  }

  /** The connection of a request that has begun; it may have been closed since. */
  public ClientConnection of(HttpServerRequest request) {
    HttpConnection connection = request.connection();
    ClientConnection known = open.get(connection);
    return known == null
        ? new ClientConnection(
            connection, address(connection.remoteAddress()), nanoTime.getAsLong())
        : known;
  }

  /** Ends what has waited for its client for too long. */
  public void look() {
    long now = nanoTime.getAsLong();
    // Copies: what ends is taken out meanwhile.
    List.copyOf(arriving).forEach(reader -> reader.look(now));
    new ArrayList<>(open.values()).forEach(connection -> connection.look(now, limits));
  }

  long nanoTime() {
    return nanoTime.getAsLong();
  }

  ConnectionLimits limits() {
    return limits;
  }

  void arrives(BodyReader<?> reader) {
    arriving.add(reader);
  }

  void arrived(BodyReader<?> reader) {
    arriving.remove(reader);
  }

  /** A home has a network of its own in IPv6, whose addresses it may change at will. */
  static String address(@Nullable SocketAddress peer) {
    String text = peer == null ? null : peer.hostAddress();
    InetAddress address = text == null ? null : NetUtil.createInetAddressFromIpAddressString(text);
    return address instanceof Inet6Address
        ? HEX.formatHex(address.getAddress(), 0, NETWORK_BYTES) + "::/64"
        : Objects.requireNonNullElse(text, "");
  }
}
