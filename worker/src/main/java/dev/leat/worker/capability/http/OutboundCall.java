package dev.leat.worker.capability.http;

import dev.leat.contract.Headers;
import dev.leat.contract.permission.HttpTarget;
import dev.leat.worker.capability.HostCode;
import io.netty.handler.codec.TooLongFrameException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A request on its way to one server, from the address of its name to the end of its answer's body.
 * Confined to its tenant's event loop but for {@link #answer} and {@link #abandon}.
 */
final class OutboundCall {
  /** Of an answer. A request's is what a function may hand over: the same. */
  static final int BODY_BYTES_MAX = 4 << 20;

  /** Addresses of one name that are tried, one after the other. */
  private static final int ADDRESSES_MAX = 3;

  private final OutboundHttp outbound;
  private final TenantConnections of;
  private final OutboundRequest request;
  private final CompletableFuture<HttpAnswer> answer = new CompletableFuture<>();
  private final ByteArrayOutputStream body = new ByteArrayOutputStream();
  private @Nullable HttpClientRequest sending;
  private long held;
  private boolean isOver;

  /** Whether a name is looked up or a server connected to: that goes on when the call is over. */
  private boolean isPending;

  OutboundCall(OutboundHttp outbound, TenantConnections of, OutboundRequest request) {
    this.outbound = outbound;
    this.of = of;
    this.request = request;
  }

  /** Whoever has it closes it. */
  CompletableFuture<HttpAnswer> answer() {
    return answer;
  }

  /** Nobody waits for it any more: its connection is closed, unless it has its answer. */
  void abandon() {
    of.onLoop(() -> {
      fail(HostCode.FAILED, "given up");
      release();
    });
  }

  void refuse() {
    fail(HostCode.FAILED, "too many requests are under way");
  }

  void begin() {
    if (isOver || !holdMore(request.body().length)) {
      return;
    }
    HttpTarget target = request.target();
    InetAddress literal = OutboundHttp.literal(target.host());
    if (literal != null) {
      connect(List.of(literal));
    } else if (outbound.isProxied()) {
      connectByName(target);
    } else {
      isPending = true;
      of.addresses(target.host(), this::connect);
    }
  }

  private void connect(@Nullable List<InetAddress> addresses, @Nullable Throwable failure) {
    settled();
    if (addresses == null || addresses.isEmpty()) {
      fail(HostCode.FAILED, "the host has no address");
    } else {
      connect(addresses);
    }
  }

  /** All of a name's addresses must be allowed: which of them is tried is up to whoever has it. */
  private void connect(List<InetAddress> addresses) {
    int port = request.target().port();
    if (!addresses.stream().allMatch(address -> outbound.isReachable(of.tenant(), address, port))) {
      fail(HostCode.DENIED, "the host has an address that may not be reached");
      return;
    }
    connect(
        addresses.stream()
            .sorted(Comparator.comparingInt(address -> address.getAddress().length))
            .limit(ADDRESSES_MAX)
            .toList(),
        0);
  }

  private void connect(List<InetAddress> addresses, int at) {
    if (isOver) {
      return;
    }
    String address = addresses.get(at).getHostAddress(); // its name is not looked up again
    connect(
        SocketAddress.inetSocketAddress(request.target().port(), address),
        () -> {
          if (at + 1 < addresses.size()) {
            connect(addresses, at + 1);
          } else {
            fail(HostCode.FAILED, "the host cannot be connected to");
          }
        });
  }

  /** The proxy knows where that is. Names of the machine itself are not its to know. */
  private void connectByName(HttpTarget target) {
    if (OutboundHttp.isOwnName(target.host())) {
      fail(HostCode.DENIED, "the host is the proxy's own");
      return;
    }
    connect(
        SocketAddress.inetSocketAddress(target.port(), target.host()),
        () -> fail(HostCode.FAILED, "the host cannot be connected to"));
  }

  private void connect(SocketAddress server, Runnable otherwise) {
    HttpTarget target = request.target();
    RequestOptions options =
        new RequestOptions()
            .setServer(server)
            .setHost(target.host())
            .setPort(target.port())
            .setSsl(target.scheme().equals("https"))
            .setMethod(HttpMethod.valueOf(request.method()))
            .setURI(request.uri())
            .setConnectTimeout(TenantConnections.CONNECT_PATIENCE.toMillis())
            .setFollowRedirects(false);
    isPending = true;
    of.connect(options)
        .onComplete(
            connected -> {
              settled();
              connected.exceptionHandler(this::broke);
              if (isOver) {
                var unused = connected.reset();
              } else {
                send(connected);
              }
            },
            failure -> {
              settled();
              if (!isOver) {
                otherwise.run();
              }
            });
  }

  private void send(HttpClientRequest connected) {
    sending = connected;
    for (Map.Entry<String, String> field : request.fields()) {
      connected.headers().add(field.getKey(), field.getValue());
    }
    if (!of.mayKeep()) {
      connected.headers().set(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    byte[] sent = request.body();
    boolean hasBody = sent.length > 0 || OutboundRequest.hasBody(request.method());
    connected.response().onComplete(this::receive, this::broke);
    var unused = hasBody ? connected.end(Buffer.buffer(sent)) : connected.end();
  }

  private void receive(HttpClientResponse response) {
    if (isOver) {
      return;
    }
    response.exceptionHandler(this::broke);
    response.handler(part -> {
      if (!isOver && holdMore(part.length())) {
        body.writeBytes(part.getBytes());
        if (body.size() > BODY_BYTES_MAX) {
          fail(HostCode.TOO_LARGE, "the answer's body is larger than it may be");
        }
      }
    });
    response.endHandler(ended -> end(response));
  }

  private void end(HttpClientResponse response) {
    if (isOver) {
      return;
    }
    Headers.Builder fields = new Headers.Builder();
    response.headers().forEach(field -> fields.add(field.getKey(), field.getValue()));
    isOver = true;
    answer.complete(
        new HttpAnswer.Received(
            response.statusCode(),
            fields.build(),
            body.toByteArray(),
            () -> of.onLoop(this::release)));
    outbound.ended(of);
  }

  private void broke(Throwable cause) {
    if (cause instanceof TooLongFrameException) {
      fail(HostCode.TOO_LARGE, "the answer's header fields are larger than they may be");
    } else {
      fail(HostCode.FAILED, "the connection was lost, or the answer is none");
    }
  }

  private void fail(int code, String why) {
    if (isOver) {
      return;
    }
    isOver = true;
    if (sending != null) {
      var unused = sending.reset();
    }
    release();
    answer.complete(new HttpAnswer.None(code, why));
    if (!isPending) {
      outbound.ended(of);
    }
  }

  /** What was pending is not any more; a call that was over before counts until now. */
  private void settled() {
    isPending = false;
    if (isOver) {
      outbound.ended(of);
    }
  }

  private boolean holdMore(int bytes) {
    if (outbound.hold(of, bytes)) {
      held += bytes;
      return true;
    }
    fail(HostCode.FAILED, "the bodies of requests take all the room that there is for them");
    return false;
  }

  private void release() {
    outbound.giveBack(of, held);
    held = 0;
  }
}
