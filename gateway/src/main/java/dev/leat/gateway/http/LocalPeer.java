package dev.leat.gateway.http;

import io.netty.util.NetUtil;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.net.HostAndPort;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Whether a request was made on this very host by whoever sent it: its peer is a loopback address,
 * it names one as its host, and no proxy says that it handed it on. A name of another host means a
 * proxy that keeps it, or a page in a browser that was made to look here (DNS rebinding); HTTP/1.0
 * means a proxy that adds nothing, as nginx does unless it is told to.
 */
public final class LocalPeer {
  private static final Set<String> OF_PROXIES = Set.of("forwarded", "via", "x-real-ip");
  private static final String OF_PROXIES_PREFIX = "x-forwarded-";

  private LocalPeer() {}

  public static boolean isPeerOf(HttpServerRequest request) {
    SocketAddress peer = request.remoteAddress();
    HostAndPort authority = request.authority();
    return peer != null
        && isLoopback(peer.hostAddress())
        && request.version() == HttpVersion.HTTP_1_1
        && authority != null
        && (authority.host().equalsIgnoreCase("localhost") || isLoopback(authority.host()))
        && !wasHandedOn(request);
  }

  private static boolean wasHandedOn(HttpServerRequest request) {
    for (Map.Entry<String, String> field : request.headers()) {
      String name = field.getKey().toLowerCase(Locale.ROOT);
      if (OF_PROXIES.contains(name) || name.startsWith(OF_PROXIES_PREFIX)) {
        return true;
      }
    }
    return false;
  }

  /** For numbers alone: no name is looked up. */
  private static boolean isLoopback(@Nullable String address) {
    InetAddress parsed =
        address == null ? null : NetUtil.createInetAddressFromIpAddressString(address);
    return parsed != null && parsed.isLoopbackAddress();
  }
}
