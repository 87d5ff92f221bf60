package dev.leat.gateway.pipeline;

import dev.leat.tenants.Authentication;
import dev.leat.tenants.Authenticator;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Finds out who asks, where that must be known: by the {@code Authorization} field alone. A token
 * whose key is not known here yet waits until it has been looked for.
 */
public final class Authenticate implements Step<Exchange> {
  private final Authenticator authenticator;

  public Authenticate(Authenticator authenticator) {
    this.authenticator = authenticator;
  }

  @Override
  public Next take(Exchange exchange) {
    if (!exchange.isTokenNeeded()) {
      return Next.GO_ON;
    }
    return switch (authenticator.ask(field(exchange), exchange.client().address())) {
      case Authentication.Pending pending -> wait(exchange, pending);
      case Authentication.Known known -> tell(exchange, known);
    };
  }

  private static Next tell(Exchange exchange, Authentication.Known known) {
    return switch (known) {
      case Authentication.Refused refused -> exchange.refuse(refused.code(), refused.detail());
      case Authentication.Authenticated authenticated -> {
        exchange.principal(authenticated.principal());
        yield Next.GO_ON;
      }
    };
  }

  private static @Nullable String field(Exchange exchange) {
    return exchange.request().getHeader(HttpHeaders.AUTHORIZATION);
  }

  /** Nothing of the body may come before there is who reads it. */
  private Next wait(Exchange exchange, Authentication.Pending pending) {
    HttpServerRequest request = exchange.request();
    Context loop = Objects.requireNonNull(Vertx.currentContext(), "steps run on event loops");
    request.pause();
    pending
        .looked()
        .whenComplete((looked, never) ->
            loop.runOnContext(here -> {
              goOn(exchange);
              request.resume();
            }));
    return Next.WAIT;
  }

  private void goOn(Exchange exchange) {
    if (exchange.isGone()) {
      return; // it holds nothing yet
    }
    try {
      Authentication.Known known =
          authenticator.authenticate(field(exchange), exchange.client().address());
      if (tell(exchange, known) == Next.GO_ON) {
        exchange.run();
      }
    } catch (RuntimeException | Error e) {
      exchange.fail(e);
    }
  }
}
