package dev.leat.worker.capability.http;

import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.Headers;
import dev.leat.contract.permission.HttpTarget;
import dev.leat.contract.permission.PermissionType;
import dev.leat.engine.GuestInstance;
import dev.leat.engine.StackRoom;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.HostCode;
import dev.leat.worker.capability.http.HttpAnswer.None;
import dev.leat.worker.capability.http.HttpAnswer.Received;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one instance: whether it may send them, and where to when it is sent elsewhere.
 * Functions of every contract send theirs by {@link #send}. Confined to the guest's thread.
 */
public final class GuestHttp {
  static final int METHOD_CHARS_MAX = 16;

  /** As many as browsers followed at first; more are mistakes as a rule. */
  static final int REDIRECTS_MAX = 5;

  private static final String TRACE_PARENT = "traceparent";

  private final FunctionVersion version;
  private final Grant.Http granted;
  private final GuestPermits permits;
  private final OutboundHttp outbound;
  private final OutboundQuota quota;
  private final AddedFields.OfInstance added;
  private final OutboundListener listener;
  private final HttpHandles handles = new HttpHandles(this);
  private @Nullable String trace;

  /** The hosts that requests of this call went to: as many as it may send at the most. */
  private final Set<String> told = new HashSet<>();

  GuestHttp(
      FunctionVersion version,
      Grant.Http granted,
      GuestPermits permits,
      OutboundHttp outbound,
      OutboundQuota quota,
      AddedFields.OfInstance added,
      OutboundListener listener) {
    this.version = version;
    this.granted = granted;
    this.permits = permits;
    this.outbound = outbound;
    this.quota = quota;
    this.added = added;
    this.listener = listener;
  }

  /** The functions that work with handles. */
  HttpHandles handles() {
    return handles;
  }

  void prepare(@Nullable String traceParent) {
    trace = traceParent;
    told.clear();
    handles.closeAll();
  }

  void end() {
    trace = null;
    told.clear();
    handles.closeAll();
  }

  /** Whether the guest may send such a request now, as far as that is known before it is sent. */
  boolean isAllowed(String method, String url) {
    Optional<HttpTarget> target = HttpTarget.of(url);
    if (target.isEmpty()
        || !granted.methods().contains(method)
        || !permits.would(PermissionType.ofMethod(method), url)) {
      return false;
    }
    InetAddress literal = OutboundHttp.literal(target.get().host());
    return literal == null
        || outbound.isReachable(version.function().tenant(), literal, target.get().port());
  }

  /**
   * Sends a request, follows where it is sent on to, and waits for the answer.
   *
   * @param method in capitals
   * @param fields checked here, too
   * @param body must not be changed
   * @return to be closed
   * @throws dev.leat.engine.GuestStopped when the call is to end before
   */
  public HttpAnswer send(
      GuestInstance guest, String method, String url, Headers fields, byte[] body) {
    if (!Grant.Http.METHODS.contains(method)) {
      return new None(HostCode.INVALID, "there is no such method");
    }
    int code = RequestFields.check(fields);
    if (code != HostCode.DONE) {
      return new None(code, "a header field may not be sent so");
    }
    if (body.length > OutboundCall.BODY_BYTES_MAX) {
      return new None(HostCode.TOO_LARGE, "the body is larger than it may be");
    }
    StackRoom.forALogLine();
    long untilNanos = System.nanoTime() + granted.timeout().toNanos();
    Hop hop = new Hop(method, url, fields, body);
    for (int followed = 0; ; followed++) {
      HttpAnswer answer = sendOnce(guest, hop, untilNanos);
      String location = location(answer);
      if (location == null) {
        return answer;
      }
      int status = ((Received) answer).status();
      answer.close();
      if (followed == REDIRECTS_MAX) {
        return new None(HostCode.FAILED, "it was sent on too often");
      }
      Hop next = hop.next(status, location);
      if (next == null) {
        return new None(HostCode.FAILED, "it was sent on to what is no URL");
      }
      hop = next;
    }
  }

  private static @Nullable String location(HttpAnswer answer) {
    return switch (answer) {
      case Received received ->
          switch (received.status()) {
            case 301, 302, 303, 307, 308 -> received.headers().first("location");
            default -> null;
          };
      case None none -> null;
    };
  }

  /** All that is asked is asked of each hop. */
  private HttpAnswer sendOnce(GuestInstance guest, Hop hop, long untilNanos) {
    Optional<HttpTarget> target = HttpTarget.of(hop.url);
    if (target.isEmpty()) {
      return new None(HostCode.INVALID, "this is no URL that can be asked for");
    }
    PermissionType type = PermissionType.ofMethod(hop.method);
    if (!granted.methods().contains(hop.method)) {
      permits.deny(type, hop.url);
      return new None(HostCode.DENIED, "the manifest does not allow the method " + hop.method);
    }
    if (!permits.allows(type, hop.url)) {
      return new None(HostCode.DENIED, "the function may not ask for this URL");
    }
    Headers ofHost;
    switch (added.to(guest, target.get())) {
      case AddedFields.Added.Fields(Headers fields) -> ofHost = fields;
      case AddedFields.Added.Refused(None why) -> {
        return why;
      }
    }
    if (!quota.tryTake(version.function(), granted.perMinute())) {
      return new None(HostCode.QUOTA, "all requests that may be sent now have been sent");
    }
    if (told.add(target.get().host())) {
      listener.requested(version, type, target.get());
    }
    OutboundRequest request =
        new OutboundRequest(
            hop.method,
            target.get(),
            uri(hop.url, target.get()),
            fields(hop.fields, ofHost),
            hop.body);
    HttpAnswer answer = await(guest, request, untilNanos);
    if (answer instanceof None none && none.code() == HostCode.DENIED) {
      permits.deny(type, hop.url);
    }
    return answer;
  }

  private HttpAnswer await(GuestInstance guest, OutboundRequest request, long untilNanos) {
    OutboundCall call = outbound.begin(version.function().tenant(), request);
    boolean isDone = false;
    try {
      isDone =
          guest.restUntilDone(
              call.answer(), Duration.ofNanos(Math.max(0, untilNanos - System.nanoTime())));
    } finally {
      if (!isDone) {
        call.abandon();
      }
    }
    return isDone
        ? call.answer().resultNow()
        : new None(HostCode.TIMEOUT, "there was no answer in time");
  }

  /** What was decided upon is what is asked for; the query is the guest's. */
  private static String uri(String url, HttpTarget target) {
    int fragment = url.indexOf('#');
    String whole = fragment < 0 ? url : url.substring(0, fragment);
    int query = whole.indexOf('?');
    return query < 0 ? target.path() : target.path() + whole.substring(query);
  }

  private Headers fields(Headers ofGuest, Headers ofHost) {
    Headers.Builder all = new Headers.Builder();
    for (Map.Entry<String, String> field : ofGuest) {
      if (ofHost.first(field.getKey()) == null) {
        all.add(field.getKey(), field.getValue());
      }
    }
    for (Map.Entry<String, String> field : ofHost) {
      all.add(field.getKey(), field.getValue());
    }
    if (trace != null) {
      all.add(TRACE_PARENT, trace);
    }
    return all.build();
  }

  /** A request as it stands before it is decided upon. */
  private record Hop(String method, String url, Headers fields, byte[] body) {
    private static final byte[] NOTHING = {};

    /** Where it is sent on to (RFC 9110, 15.4, as browsers do it); null if that is no URL. */
    @Nullable Hop next(int status, String location) {
      String to;
      try {
        to = URI.create(url).resolve(location).toString();
      } catch (IllegalArgumentException e) {
        return null;
      }
      Optional<HttpTarget> before = HttpTarget.of(url);
      Optional<HttpTarget> after = HttpTarget.of(to);
      if (before.isEmpty() || after.isEmpty()) {
        return null;
      }
      Headers left =
          isSameServer(before.get(), after.get())
              ? fields
              : RequestFields.withoutCredentials(fields);
      boolean isGot =
          status == 303
              ? !method.equals("HEAD")
              : (status == 301 || status == 302) && method.equals("POST");
      return isGot
          ? new Hop("GET", to, RequestFields.withoutContent(left), NOTHING)
          : new Hop(method, to, left, body);
    }

    private static boolean isSameServer(HttpTarget one, HttpTarget other) {
      return one.scheme().equals(other.scheme())
          && one.host().equals(other.host())
          && one.port() == other.port();
    }
  }
}
