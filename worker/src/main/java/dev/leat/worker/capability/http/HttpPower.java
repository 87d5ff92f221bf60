package dev.leat.worker.capability.http;

import dev.leat.contract.FixedConditions;
import dev.leat.contract.FunctionVersion;
import dev.leat.contract.Grant;
import dev.leat.contract.GuestContract;
import dev.leat.contract.Invocation;
import dev.leat.contract.PowerFunction;
import dev.leat.contract.permission.PermissionType;
import dev.leat.worker.capability.GuestPermits;
import dev.leat.worker.capability.GuestText;
import dev.leat.worker.capability.HostCode;
import dev.leat.worker.capability.Offer;
import dev.leat.worker.capability.Power;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Requests to servers, by {@code http_open} and its like, and a processor's and a step's {@code
 * http_request}.
 */
public final class HttpPower implements Power<GuestHttp> {
  private final OutboundHttp outbound;
  private final OutboundQuota quota;
  private final AddedFields added;
  private final OutboundListener listener;

  /**
   * @param quota how many requests functions may send
   * @param added what the host puts into their header
   * @param listener told of each
   */
  public HttpPower(
      OutboundHttp outbound, OutboundQuota quota, AddedFields added, OutboundListener listener) {
    this.outbound = outbound;
    this.quota = quota;
    this.added = added;
    this.listener = listener;
  }

  @Override
  public List<Offer<GuestHttp>> link(GuestContract contract) {
    Offer.Denied denied = (permits, guest, a) -> HostCode.DENIED;
    return Stream.of(
            Offer.of(
                contract,
                PowerFunction.HTTP_REQUEST,
                ProcessorHttp::request,
                (p, guest, a) ->
                    deniedTo(p, ProcessorHttp.method(a[0]), HttpHandles.url(guest, a[1], a[2]), 0)),
            Offer.of(
                contract, PowerFunction.STEP_HTTP_REQUEST, StepHttp::request, StepHttp::denied),
            offers(
                contract,
                PowerFunction.HTTP_OPEN,
                HttpHandles::open,
                (p, guest, a) ->
                    deniedTo(
                        p,
                        GuestText.read(guest, a[0], a[1], GuestHttp.METHOD_CHARS_MAX),
                        HttpHandles.url(guest, a[2], a[3]),
                        HostCode.DENIED)),
            offers(contract, PowerFunction.HTTP_HEADER, HttpHandles::header, denied),
            offers(contract, PowerFunction.HTTP_SEND, HttpHandles::send, denied),
            offers(
                contract, PowerFunction.HTTP_RESPONSE_HEADER, HttpHandles::responseHeader, denied),
            offers(contract, PowerFunction.HTTP_RESPONSE_BODY, HttpHandles::responseBody, denied),
            offers(contract, PowerFunction.HTTP_CLOSE, HttpHandles::close, denied),
            offers(
                contract,
                PowerFunction.HTTP_IS_ALLOWED,
                HttpHandles::isAllowed,
                (p, guest, a) -> 0))
        .flatMap(List::stream)
        .toList();
  }

  private static List<Offer<GuestHttp>> offers(
      GuestContract contract,
      PowerFunction function,
      Offer.Body<HttpHandles> granted,
      Offer.Denied denied) {
    return Offer.of(
        contract, function, (http, guest, a) -> granted.call(http.handles(), guest, a), denied);
  }

  private static long deniedTo(GuestPermits permits, String method, String url, long answer) {
    var unused = permits.allows(PermissionType.ofMethod(method), url);
    return answer;
  }

  @Override
  public Optional<GuestHttp> configure(
      FunctionVersion version, GuestPermits permits, @Nullable FixedConditions fixed) {
    return version
        .grants()
        .find(Grant.Http.class)
        .map(granted ->
            new GuestHttp(
                version, granted, permits, outbound, quota, added.of(version, permits), listener));
  }

  @Override
  public void prepare(GuestHttp http, Invocation invocation) {
    http.prepare(invocation.origin().trace());
  }

  @Override
  public void end(GuestHttp http) {
    http.end();
  }
}
