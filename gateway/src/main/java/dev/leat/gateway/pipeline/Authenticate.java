package dev.leat.gateway.pipeline;

import dev.leat.tenants.Authentication;
import dev.leat.tenants.Authenticator;
import io.vertx.core.http.HttpHeaders;

/** Finds out who asks, where that must be known: by the {@code Authorization} field alone. */
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
    return switch (authenticator.authenticate(
        exchange.request().getHeader(HttpHeaders.AUTHORIZATION), exchange.client().address())) {
      case Authentication.Refused refused -> exchange.refuse(refused.code(), refused.detail());
      case Authentication.Authenticated authenticated -> {
        exchange.principal(authenticated.principal());
        yield Next.GO_ON;
      }
    };
  }
}
